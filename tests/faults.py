"""Clean translations of our own, and the faults of engines planted into translations.

A planter takes a translation's source, target and the same target in another language; it gives the
(source, faulty target), or None where its fault cannot be planted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

LANGS = ("es", "fr", "de", "it", "pt")


# English, then the languages in the order of LANGS; all of it written for these tests.
CLEAN = (
    ("The harbour was quiet when the keeper lit the lamp at 6 o'clock in the evening.",
     "El puerto estaba tranquilo cuando el farero encendió la lámpara a las 6 de la tarde.",
     "Le port était calme quand le gardien alluma la lampe à 6 heures du soir.",
     "Der Hafen war ruhig, als der Wärter um 6 Uhr abends die Lampe anzündete.",
     "Il porto era tranquillo quando il guardiano accese la lampada alle 6 di sera.",
     "O porto estava calmo quando o faroleiro acendeu a lâmpada às 6 horas da tarde."),
    ("In 1887 the town had 12,450 inhabitants, two schools and one bridge over the river.",
     "En 1887 la ciudad tenía 12.450 habitantes, dos escuelas y un puente sobre el río.",
     "En 1887, la ville comptait 12 450 habitants, deux écoles et un pont sur la rivière.",
     "Im Jahr 1887 hatte die Stadt 12.450 Einwohner, zwei Schulen und eine Brücke über den Fluss.",
     "Nel 1887 la città aveva 12.450 abitanti, due scuole e un ponte sul fiume.",
     "Em 1887 a cidade tinha 12 450 habitantes, duas escolas e uma ponte sobre o rio."),
    ("Nobody knew the old sailor, but everybody gave him bread, soup and a dry place to sleep.",
     "Nadie conocía al viejo marinero, pero todos le dieron pan, sopa y un lugar seco para dormir.",
     "Personne ne connaissait le vieux marin, mais tous lui donnèrent du pain, de la soupe et un lit sec.",
     "Niemand kannte den alten Seemann, aber alle gaben ihm Brot, Suppe und einen trockenen Schlafplatz.",
     "Nessuno conosceva il vecchio marinaio, ma tutti gli diedero pane, minestra e un letto asciutto.",
     "Ninguém conhecia o velho marinheiro, mas todos lhe deram pão, sopa e um lugar seco para dormir."),
    ("The price rose by 3.5 percent in May and fell again by 2 percent in June.",
     "El precio subió un 3,5 por ciento en mayo y volvió a bajar un 2 por ciento en junio.",
     "Le prix a augmenté de 3,5 pour cent en mai, puis a de nouveau baissé de 2 pour cent en juin.",
     "Der Preis stieg im Mai um 3,5 Prozent und fiel im Juni wieder um 2 Prozent.",
     "Il prezzo è salito del 3,5 per cento a maggio ed è sceso di nuovo del 2 per cento a giugno.",
     "O preço subiu 3,5 por cento em maio e voltou a descer 2 por cento em junho."),
    ("Two friends translate the letters of the town every evening: one reads, the other writes it down.",
     "Dos amigos traducen las cartas del pueblo cada noche: uno lee, el otro lo escribe.",
     "Deux amis traduisent chaque soir les lettres du village : l'un lit, l'autre écrit.",
     "Zwei Freunde übersetzen jeden Abend die Briefe der Stadt: Einer liest, der andere schreibt es auf.",
     "Due amici traducono ogni sera le lettere del paese: uno legge, l'altro scrive.",
     "Dois amigos traduzem todas as noites as cartas da vila: um lê, o outro escreve."),
    ("The meeting on 14 March will begin at 3 p.m. and end before 5 p.m.",
     "La reunión del 14 de marzo comenzará a las 15 h y terminará antes de las 17 h.",
     "La réunion du 14 mars commencera à 15 heures et se terminera avant 17 heures.",
     "Die Sitzung am 14. März beginnt um 15 Uhr und endet vor 17 Uhr.",
     "La riunione del 14 marzo comincerà alle 15 e finirà prima delle 17.",
     "A reunião de 14 de março começará às 15 horas e terminará antes das 17 horas."),
    ("Please do not close the window before all files have been saved.",
     "Por favor, no cierre la ventana antes de que se hayan guardado todos los archivos.",
     "Veuillez ne pas fermer la fenêtre avant que tous les fichiers aient été enregistrés.",
     "Bitte schließen Sie das Fenster nicht, bevor alle Dateien gespeichert sind.",
     "Non chiudere la finestra prima che tutti i file siano stati salvati.",
     "Por favor, não feche a janela antes de todos os ficheiros terem sido guardados."),
    ("“Did you see the light?” asked Ellen Marsh, and nobody answered her.",
     "«¿Vieron la luz?», preguntó Ellen Marsh, y nadie le contestó.",
     "« Avez-vous vu la lumière ? » demanda Ellen Marsh, et personne ne lui répondit.",
     "„Habt ihr das Licht gesehen?“, fragte Ellen Marsh, und niemand antwortete ihr.",
     "«Avete visto la luce?», chiese Ellen Marsh, e nessuno le rispose.",
     "“Viram a luz?”, perguntou Ellen Marsh, e ninguém lhe respondeu."),
    ("About 70 of the 120 volunteers came from the three villages on the northern shore.",
     "Unos 70 de los 120 voluntarios venían de los tres pueblos de la orilla norte.",
     "Environ 70 des 120 bénévoles venaient des trois villages de la rive nord.",
     "Etwa 70 der 120 Freiwilligen kamen aus den drei Dörfern am Nordufer.",
     "Circa 70 dei 120 volontari venivano dai tre villaggi della riva settentrionale.",
     "Cerca de 70 dos 120 voluntários vinham das três aldeias da margem norte."),
    ("The law forbids it, the mayor said, although nobody could remember who had written the law.",
     "La ley lo prohíbe, dijo el alcalde, aunque nadie recordaba quién había escrito la ley.",
     "La loi l'interdit, dit le maire, bien que personne ne se souvînt de qui avait écrit la loi.",
     "Das Gesetz verbietet es, sagte der Bürgermeister, obwohl niemand mehr wusste, wer es geschrieben hatte.",
     "La legge lo vieta, disse il sindaco, anche se nessuno ricordava chi avesse scritto la legge.",
     "A lei proíbe-o, disse o presidente da câmara, embora ninguém se lembrasse de quem tinha escrito a lei."),
    ("She walked 25 kilometres through the snow and arrived on the second day, tired and cheerful.",
     "Caminó 25 kilómetros por la nieve y llegó al segundo día, cansada y alegre.",
     "Elle marcha 25 kilomètres dans la neige et arriva le deuxième jour, fatiguée et joyeuse.",
     "Sie ging 25 Kilometer durch den Schnee und kam am zweiten Tag an, müde und fröhlich.",
     "Camminò per 25 chilometri nella neve e arrivò il secondo giorno, stanca e allegra.",
     "Caminhou 25 quilómetros pela neve e chegou no segundo dia, cansada e alegre."),
    ("No, no, no, it was never the wind; it was always the door.",
     "No, no, no, nunca fue el viento; siempre fue la puerta.",
     "Non, non, non, ce n'était jamais le vent ; c'était toujours la porte.",
     "Nein, nein, nein, es war nie der Wind; es war immer die Tür.",
     "No, no, no, non è mai stato il vento; è sempre stata la porta.",
     "Não, não, não, nunca foi o vento; foi sempre a porta."),
)  # fmt: skip


class Pair(NamedTuple):
    """An English text and its translation, and that into some other language."""

    source: str
    target: str
    other: str


Planted = tuple[str, str] | None


def clean_pairs(target_lang: str) -> list[Pair]:
    """The pairs of a language, with the same text in the next one of LANGS."""
    column = LANGS.index(target_lang) + 1
    other = column % len(LANGS) + 1
    return [Pair(row[0], row[column], row[other]) for row in CLEAN]


def _words(text: str) -> list[str]:
    return text.split()


def _looped(pair: Pair) -> Planted:
    words = _words(pair.target)
    return pair.source, " ".join(words[:4] + words[4:5] * 9)


def _looped_phrase(pair: Pair) -> Planted:
    words = _words(pair.target)
    return pair.source, " ".join(words[:3] + words[3:6] * 4 + words[6:])


def _looped_clause(pair: Pair) -> Planted:
    words = _words(pair.target)
    return (pair.source, " ".join(words[:8] + words[2:8] * 2)) if len(words) > 8 else None


def _stuttered(pair: Pair) -> Planted:
    words = _words(pair.target)
    return pair.source, " ".join([*words[:3], "na" * 12, *words[3:]])


def _cut(pair: Pair) -> Planted:
    words = _words(pair.target)
    text = " ".join(words[: max(3, len(words) * 6 // 10)])
    return pair.source, re.sub(r"\W+$", "", text)


def _cut_late(pair: Pair) -> Planted:
    return pair.source, re.sub(r"\W+$", "", " ".join(_words(pair.target)[:-1]))


def _stopped_early(pair: Pair) -> Planted:
    words = _words(pair.target)
    return pair.source, " ".join(words[: max(1, len(words) // 4)]).rstrip(",.;:") + "."


def _overlong(pair: Pair) -> Planted:
    more = " ".join(reversed(_words(pair.target.rstrip("."))))
    return pair.source, f"{pair.target} {more}. {more.swapcase()}."


def _number_lost(pair: Pair) -> Planted:
    common = [n for n in re.findall(r"\d[\d.,]*\d|\d", pair.source) if n in pair.target]
    return (pair.source, pair.target.replace(common[0], "", 1)) if common else None


def _number_changed(pair: Pair) -> Planted:
    common = [n for n in re.findall(r"\d{2,}", pair.source) if pair.target.count(n) == 1]
    if not common:
        return None
    last = str((int(common[0][-1]) + 3) % 9 + 1)
    changed = common[0][:-1] + (last if last != common[0][-1] else "8")
    return pair.source, pair.target.replace(common[0], changed)


def _appended(span: str, broken: str) -> Callable[[Pair], Planted]:
    def plant(pair: Pair) -> Planted:
        source, target = _words(pair.source), _words(pair.target)
        return (
            " ".join([*source[:2], span, *source[2:]]),
            " ".join([*target[:2], broken, *target[2:]]).replace("  ", " "),
        )

    return plant


def _copied(pair: Pair) -> Planted:
    return pair.source, pair.source


def _half_copied(pair: Pair) -> Planted:
    source, target = _words(pair.source), _words(pair.target)
    if len(source) < 14:
        return None
    return pair.source, " ".join(target[: len(target) // 2] + source[len(source) // 2 :])


def _other_language(pair: Pair) -> Planted:
    return pair.source, pair.other


def _empty(pair: Pair) -> Planted:
    return pair.source, ""


def _only_marks(pair: Pair) -> Planted:
    return pair.source, "… -"


PLANTERS: dict[str, Callable[[Pair], Planted]] = {
    "a word in a loop": _looped,
    "a phrase in a loop": _looped_phrase,
    "a clause in a loop": _looped_clause,
    "a stutter": _stuttered,
    "cut in the middle": _cut,
    "the last word cut off": _cut_late,
    "stopped early": _stopped_early,
    "overlong": _overlong,
    "a number lost": _number_lost,
    "a number changed": _number_changed,
    "an address lost": _appended("https://example.org/a_b?c=1", ""),
    "an address changed": _appended("https://example.org/a_b?c=1", "https://example.org/a b?c=1"),
    "an e-mail address changed": _appended("ana.b@example.org", "ana.b @ ejemplo.org"),
    "a placeholder lost": _appended("{user_name}", ""),
    "a placeholder translated": _appended("%(count)d", "%(cuenta)d"),
    "a tag lost": _appended("<b>(see below)</b>", "<b>(*)"),
    "code changed": _appended("`max_size=0`", "`max size = 0`"),
    "a file name changed": _appended("read_me_first.txt", "read me first.txt"),
    "copied": _copied,
    "half copied": _half_copied,
    "another language": _other_language,
    "empty": _empty,
    "only marks": _only_marks,
}

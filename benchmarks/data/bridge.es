El puente de Altamura
En la primavera de 1911 el concejo de Altamura decidió construir un puente.
Hasta entonces la gente cruzaba el río en una barca plana, en la que cabían seis personas, o cuatro y una mula.
El barquero se llamaba Tobías Arce.
Había heredado la barca de su padre, y su padre de un tío del que nadie se acordaba.
Cuando oyó hablar del puente no dijo nada.
Siguió remendando sus redes.
El ingeniero llegó de la capital en mayo.
Se llamaba Clara Bruckner y tenía veintinueve años.
Nadie en el valle había visto antes a una mujer con un teodolito.
Midió el río en tres lugares.
En el molino tenía 84 metros de ancho, en el vado 61 y bajo la capilla solo 47.
—Aquí, bajo la capilla —dijo.
El alcalde preguntó cuánto costaría.
Ella nombró una cantidad, y él se sentó en una piedra.
Era más de lo que el pueblo había gastado en veinte años.
Pero el ferrocarril iba a llegar hasta Altamura, y pagaría la mitad.
De modo que el concejo volvió a votar.
Hubo nueve manos a favor del puente y dos en contra.
La piedra
La piedra se cortaba en la cantera de Peña Roja, once kilómetros valle arriba.
Los bueyes la bajaban, cuatro bloques al día, y los domingos el camino quedaba vacío.
Clara vivía en casa del maestro y comía con su familia.
Por la noche dibujaba, e Inés, la hija del maestro, sostenía la lámpara.
—¿Qué pasa si crece el río?
—preguntó Inés.
—Crecerá —dijo Clara—.
Un puente que nunca ha visto una riada no es más que un dibujo.
Inés apuntó la frase en su cuaderno.
Lo conservó toda su vida.
En octubre los dos pilares estaban ya en el agua.
Eran redondos por delante y puntiagudos por detrás, como barcos que no zarparían nunca.
Tobías pasaba remando junto a ellos todos los días.
Miraba las piedras y las contaba.
Una vez se detuvo.
—Ha puesto usted el segundo pilar en la corriente —le dijo a la ingeniera.
—Ahí es donde está la roca —respondió ella.
—La roca, sí, pero en marzo el hielo baja por ese lado.
Ella lo pensó toda la noche.
Por la mañana fue a la choza del barquero con sus dibujos y le pidió que le enseñara por dónde iba el hielo, y él lo dibujó con un carbón en el dorso de la hoja número 7.
El segundo pilar recibió un espolón de hierro.
Pesaba 3.200 kilogramos y vino en tren desde Bilbao.
La riada
La riada llegó el 9 de marzo de 1913.
Había llovido once días, y luego la nieve se derritió en una sola noche.
Lo primero que se llevó fue el molino.
Después desaparecieron el vado, los álamos y el camino de Peña Roja.
La gente miraba el puente desde la capilla: los arcos aún no estaban cerrados y entre los pilares solo había el armazón de madera.
A mediodía llegó el hielo.
Golpeó el espolón de hierro con un ruido de campana.
Se partió.
Pasó por ambos lados.
Nadie gritó de alegría.
Todos miraban a Tobías, que se había quitado el sombrero.
El río tardó una semana en volver a su cauce.
El puente se inauguró el primero de septiembre.
El obispo lo bendijo, el alcalde habló durante una hora y tocó una banda de la capital.
Clara no estaba.
Medía ya otro río.
Tobías vendió la barca para leña y con el dinero se compró una silla, que puso al final del puente.
Allí se sentaba y saludaba a los que cruzaban.
—¿No le da pena?
—le preguntó una vez un viajero.
—¿Por qué?
—dijo Tobías—.
Sigo pasándolos al otro lado, solo que ahora lo hago sentado.
La silla está en el museo.
La hoja número 7 cuelga a su lado, tras un cristal, con las líneas de carbón en el dorso, que nadie puede ver.

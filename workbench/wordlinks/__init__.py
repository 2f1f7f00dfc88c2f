"""Links words to words: pure models over lists of words, without files or database."""

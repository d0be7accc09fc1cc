"""How well what is found answers: sixty judged questions."""

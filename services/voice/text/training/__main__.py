"""`python -m voice.text.training`: learns the heads from the phrases, writes them, prints cross-validated figures."""

import sys

from voice.text.embeddings import NanoEmbedder
from voice.text.heads import FILE, save
from voice.text.training.phrases import phrases
from voice.text.training.train import FOLDS, embedded, train


def main() -> None:
    """Takes a minute or less."""
    known = phrases()
    embedder = NanoEmbedder()
    heads, figures = train(known, embedded(embedder, known), embedder.name)
    save(heads)
    origin = heads.origin
    lines = [
        f"{len(known)} phrases in {len({phrase.language for phrase in known})} languages -> {FILE}",
        f"{FOLDS}-fold: accuracy {figures.accuracy:.3f}, macro-F1 {figures.macro_f1:.3f}",
        f"each language left out in turn: accuracy {figures.accuracy_unseen_language:.3f}",
        f"scenes, by what remarks teach: accuracy {figures.accuracy_unseen_genre:.3f}",
        f"categories: micro-F1 {figures.category_micro_f1:.3f}",
        f"category from {origin.category_min}",
        "The phrases chose the penalties and thresholds too, so these figures flatter; bench/sentiment.py does not.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

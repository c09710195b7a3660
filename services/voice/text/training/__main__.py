"""`python -m voice.text.training`: trains the heads on the phrases, writes them and prints cross-validated metrics."""

import sys

from voice.text.embeddings import NanoEmbedder
from voice.text.heads import FILE, save_heads
from voice.text.training.phrases import phrases
from voice.text.training.train import embed_phrases, train


def main() -> None:
    """Trains the heads, which takes some minutes."""
    labelled = phrases()
    embedder = NanoEmbedder()
    heads, metrics = train(labelled, embed_phrases(embedder, labelled), embedder.name)
    save_heads(heads)
    origin = heads.origin
    lines = [
        f"{len(labelled)} phrases in {len({phrase.language for phrase in labelled})} languages -> {FILE}",
        f"cross-validation: accuracy {metrics.accuracy:.3f}, macro-F1 {metrics.macro_f1:.3f}",
        f"leave-one-language-out: accuracy {metrics.accuracy_unseen_language:.3f}",
        f"trained on remarks, tested on scenes: accuracy {metrics.accuracy_unseen_genre:.3f}",
        f"off-topic phrases with a strong sentiment: {metrics.off_topic_strong:.3f}",
        f"categories: micro-F1 {metrics.category_micro_f1:.3f}",
        f"category threshold: {origin.category_min}",
        "Penalties and thresholds were chosen on the same phrases, so these metrics are optimistic. "
        "`python -m bench sentiment` measures held-out texts.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

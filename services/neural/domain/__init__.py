"""Types and rules of learning and recommendation, without input or output."""

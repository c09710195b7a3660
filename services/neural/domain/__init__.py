"""Rules and types of learning and recommending, without input or output."""

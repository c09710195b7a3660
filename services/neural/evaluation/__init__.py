"""How another strategy would have done, from the decisions that were made and what people thought of them."""

"""Takes in what AI products know of their outputs and what people think of them.

It promises: an answer without an error means that the event is durable; whatever is sent again counts once; no
tenant sees another's rows; and every change is handed to the learner in the transaction that made it.
"""

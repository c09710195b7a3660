"""Learns which model serves whom best, and answers the Brain's question: which model now?

It promises: feedback counts once, in whatever order it came; scores equal a rebuild from the raw rows; a tenant's
feedback is seen by that tenant alone, unless it opted in to the global scope.
"""

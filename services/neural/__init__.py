"""Service neural: learns scores of models from feedback, and recommends the model for a request.

Invariants: feedback counts exactly once, in any order; the scores equal a rebuild from the raw rows;
feedback of a tenant is visible to that tenant only, unless the tenant takes part in global learning.
"""

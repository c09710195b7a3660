"""Tests of the figures of the learning page."""

from gateway.console.charts.learning import estimates_figure, report_figures
from radiant.neural.v1 import learning_service_pb2 as pb


def test_estimates_figure_has_estimate_with_interval() -> None:
    evaluation = pb.EvaluatePolicyResponse(
        estimates=[pb.PolicyEstimate(estimator="dr", value=0.6, lower=0.5, upper=0.75)], enough_data=True
    )
    figure = estimates_figure(evaluation)
    assert figure.rows == [("Doubly robust", 0.6, 0.5, 0.75)]
    assert figure.option is not None
    assert figure.option["series"][0]["data"] == [[0.5, 0.5, 0.6, 0.75, 0.75]]


def test_report_figures_have_new_and_removed_cells_without_change() -> None:
    report = pb.RunBatchLearningResponse()
    changed, new, removed = (report.largest_changes.add() for _ in range(3))
    changed.before.model = changed.after.model = "m"
    changed.before.score, changed.after.score = 0.5, 0.75
    new.after.model, new.after.score = "n", 0.25
    removed.before.model, removed.before.score = "o", 0.4
    report.drifts.add(model="m", score_before=0.8, score_after=0.6, standard_errors=-4.2)
    report.priors.add(level="task", strength=7.5, cells=12)
    changes, drifts, priors = report_figures(report)
    assert [row[-3:] for row in changes.rows] == [(0.5, 0.75, 0.25), (None, 0.25, None), (0.4, None, None)]
    assert drifts.rows[0][4:] == (0.8, 0, 0.6, 0, -4.2)
    assert priors.rows == [("all tenants", "task", 7.5, 12)]

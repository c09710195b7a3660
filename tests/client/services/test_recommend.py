"""Client of RecommendService."""

from radiant_client import Recommend
from tests.client.fixtures.fake_services import FakeSuite


async def test_list_scores_with_several_pages_yields_all_scores(fake: FakeSuite, recommend: Recommend) -> None:
    models = [score.model async for score in recommend.list_scores("tenant", task_type="chat")]
    assert models == ["a", "b", "c"]
    assert [one.page_token for one in fake.recommend.requests] == ["", "1"]

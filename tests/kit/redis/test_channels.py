"""Names of Redis channels, streams and keys. They stay, because processes of other versions use them."""

import re

from kit import channels
from tests.house.tree import python_files, shown


def test_channel_names_are_unchanged() -> None:
    assert channels.LEARNER_WAKE_UP == "radiant:learn"
    assert channels.BOARD_CHANGES == "radiant:boards"
    assert channels.VOICE_JOBS == "radiant:voice:jobs"
    assert channels.VOICE_DEAD_JOBS == "radiant:voice:dead"
    assert channels.VOICE_JOBS_GROUP == "listeners"
    assert channels.board_key("", "u", "chat", "law") == "radiant:{-global-}:board:u:chat:law"
    assert channels.board_key("acme", "u:1", "chat", "") == "radiant:{acme}:board:u%3A1:chat:"
    assert channels.boards_of_user("acme", "u") == "radiant:{acme}:board:u:*"
    assert channels.submissions_key("acme", "u") == "radiant:{acme}:pace:u"
    assert channels.voice_requeued_key("acme", "v") == "radiant:{acme}:voice:swept:v"
    assert channels.ALL_BOARDS == "radiant:*:board:*"


def test_channel_names_are_defined_in_one_file() -> None:
    copies = [
        shown(path)
        for path in python_files("services", "libs")
        if re.search(r"\"radiant:[a-z]", path.read_text()) and path.name != "channels.py"
    ]
    assert copies == []

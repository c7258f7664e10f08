"""Which roads messages can take here, by the instance's own file or the place's."""

from __future__ import annotations

from models.message_plan import Channels
from service.office import Office
from store.messages.plan_files import read_channels


def channels_of(office: Office) -> Channels:
    """The roads of this instance: of its own file where there is one, else of the place. Raises BadFile."""
    path = office.settings.channels_file
    return office.place.channels if path is None else read_channels(path, office.place.network)

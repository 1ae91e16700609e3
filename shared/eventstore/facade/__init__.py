"""The recorders behind `shared.eventstore.recorder`: the library's synchronous interface over the asynchronous log."""

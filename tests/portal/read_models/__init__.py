"""What crosses services: the timeline, the trace, receipts and tasks."""

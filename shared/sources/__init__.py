"""Where events come from: the own log, Kafka or memory, behind one protocol."""

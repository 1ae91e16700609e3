"""The portal owns nothing: it shows people what the services know, and brings them what people decide."""

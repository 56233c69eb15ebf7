"""Property tests here are quick; a busy machine must not make them fail."""

from hypothesis import HealthCheck, settings

settings.register_profile("huimin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("huimin")

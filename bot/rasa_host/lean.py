"""Leave out of the serving process what Rasa imports at its top and never uses here: seconds of every start.

Import this before Rasa. The ``rasa`` command is not touched.
"""

from __future__ import annotations

from bot.rasa_host.without_tensorflow import stand_in_for

# Every channel of Rasa's own brings its platform's client library; we have one channel, and it is not Rasa's.
_CHANNELS = (
    "botframework", "callback", "console", "facebook", "hangouts", "mattermost", "rasa_chat", "rest", "rocketchat", "slack",
    "socketio", "telegram", "twilio", "twilio_voice", "webexteams",
)
# Feature arrays for training neural policies; the only reason why scikit-learn and SciPy would be loaded.
_TRAINING = ("rasa.utils.tensorflow.model_data", "rasa.utils.tensorflow.model_data_utils")

# The evaluation of models, with what draws its pictures.
_TESTING = ("rasa.core.test", "rasa.nlu.test")

# Stores and servers that the tracker comes to nowhere near: DynamoDB, MongoDB, the Sanic server, reminders.
_ELSEWHERE = (
    "boto3", "boto3.dynamodb", "boto3.dynamodb.conditions", "botocore", "botocore.exceptions", "pymongo", "pymongo.collection",
    "apscheduler", "apscheduler.schedulers", "apscheduler.schedulers.asyncio", "sanic", "sanic.request", "sanic.response",
    "sanic_cors", "rasa.cli.utils",
)

stand_in_for({f"rasa.core.channels.{name}" for name in _CHANNELS} | set(_TRAINING) | set(_TESTING) | set(_ELSEWHERE))

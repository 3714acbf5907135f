"""A project of Rasa 2: what `visavis migrate` meets."""

from __future__ import annotations

DOMAIN_2 = """\
# our bot
version: "2.0"
intents:
  - greet   # says hello
  - book
  - call:
      triggers: utter_greet
entities:
  - city
  - people:
      roles: [adult]
slots:
  city:
    type: text
  people:
    type: float
    auto_fill: false
  notes:
    type: unfeaturized
  address:
    type: text
    influence_conversation: false
forms:
  booking_form:
    ignored_intents:
      - greet
    required_slots:
      city:
        - type: from_entity
          entity: city
      address:
        - type: from_text
          not_intent: greet
responses:
  utter_greet:
    - text: "Hello!"   # friendly
  utter_ask_city:
    - text: Where?
  utter_ask_address:
    - text: Address?
"""
DOMAIN_3 = """\
version: "3.1"
intents:
- greet
responses:
  utter_greet:
  - text: Hello
"""
CONFIG = """\
# https://rasa.com/docs
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: sentiment.SentimentAnalyzer   # ours
    threshold: 0.5
  - name: DIETClassifier
    epochs: 100
policies:
  - name: MemoizationPolicy
  - name: TEDPolicy
"""
NLU = """\
version: "2.0"
nlu:
- intent: greet
  examples: |
    - hi
    - hello
- intent: book
  examples: |
    - a table in [Ulm](city)
    - book
- intent: call
  examples: |
    - call
    - phone
"""
RULES = """\
rules:
- rule: hi
  steps:
  - intent: greet
  - action: utter_greet
"""
CREDENTIALS = """\
rest:
socketio:
  user_message_evt: user_uttered
telegram:
  access_token: "12345678:abcdefghijklmnop"
  verify: mybot
facebook:
  secret: top-secret
my.Connector:
  key: also-secret
"""
ENDPOINTS = """\
action_endpoint:
  url: http://localhost:5055/webhook
  token: hidden-token
tracker_store:
  type: SQL
  password: hidden-password
nlg:
  url: http://localhost:5056/nlg
"""
OLD = {
    "domain.yml": DOMAIN_2,
    "config.yml": CONFIG,
    "credentials.yml": CREDENTIALS,
    "endpoints.yml": ENDPOINTS,
    "data/nlu.yml": NLU,
    "data/rules.yml": RULES,
    "actions/actions.py": "from rasa_sdk.forms import FormAction\n",
    "models/old.tar.gz": "x",
    ".env": "TOKEN=in-the-env",
    "README.md": "Our bot",
}

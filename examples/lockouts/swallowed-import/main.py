# The library is not there, the error is swallowed, and nothing of what was meant happens.
# verdict: 4
try:
    import umqtt.simple

    client = umqtt.simple.MQTTClient("sensor", "broker.local")
    client.connect()
    client.publish("hello", "world")
except ImportError:
    print("no MQTT")

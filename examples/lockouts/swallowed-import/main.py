# The library is not there, the error is swallowed, and nothing of what was meant happens.
# verdict: 4
try:
    import mqtt_client

    client = mqtt_client.MQTTClient("sensor", "broker.local")
    client.connect()
    client.publish("hello", "world")
except ImportError:
    print("no MQTT")

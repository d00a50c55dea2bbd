/* Names that Pycom documented for its modules, or that MicroPython's other ports have, built in or frozen, in 2025;
 * less those that Lifeboat has. tests/e2e/test_check.py asks a module for each: what is there now goes from here. */
#include "host/audit/missing.h"

// clang-format off
const char *const lb_missing_names[] = {
	"aioespnow", "apa106", "bluetooth", "btree", "dht", "ds18x20", "esp", "esp32",
	"espnow", "flashbdev", "inisetup", "lwip", "uwebsocket", "websocket", "logging", "mip", "neopixel", "nrf",
	"ntptime", "onewire", "pyb", "requests", "rp2", "ssd1306",
	"stm", "ubluetooth", "umqtt", "upip", "urequests", "webrepl",
	"builtins.ViewTypeError", "errno.ENETUNREACH", "errno.EWOULDBLOCK",
	"machine.ADC.CORE_TEMP", "machine.ADC.WIDTH_10BIT",
	"machine.ADC.WIDTH_11BIT", "machine.ADC.WIDTH_12BIT", "machine.ADC.WIDTH_9BIT", "machine.ADC.atten",
	"machine.ADC.block", "machine.ADC.read", "machine.ADC.vref_to_pin", "machine.ADC.width", "machine.ADCBlock",
	"machine.CAN", "machine.Counter", "machine.DAC", "machine.DEEPSLEEP", "machine.EXT0_WAKE", "machine.EXT1_WAKE",
	"machine.Encoder", "machine.I2CTarget", "machine.I2S", "machine.PWM.duty", "machine.Pin.ALT",
	"machine.Pin.ANALOG", "machine.Pin.DRIVE_0", "machine.Pin.DRIVE_1", "machine.Pin.DRIVE_2", "machine.Pin.DRIVE_3",
	"machine.Pin.HIGH_POWER", "machine.Pin.IRQ_HIGH_LEVEL", "machine.Pin.IRQ_LOW_LEVEL", "machine.Pin.LOW_POWER",
	"machine.Pin.MED_POWER", "machine.Pin.PULL_HOLD", "machine.Pin.WAKE_HIGH", "machine.Pin.WAKE_LOW",
	"machine.Pin.alt_list", "machine.Pin.board", "machine.Pin.cpu", "machine.Pin.drive", "machine.Pin.high",
	"machine.Pin.hold", "machine.Pin.low", "machine.RMT", "machine.RTC.ALARM0", "machine.RTC.alarm",
	"machine.RTC.irq", "machine.SDCard", "machine.SLEEP", "machine.SPI.CONTROLLER", "machine.TIMER_WAKE",
	"machine.TOUCHPAD_WAKE", "machine.Timer.value", "machine.Touch", "machine.TouchPad", "machine.UART.CTS",
	"machine.UART.INV_RX", "machine.UART.INV_TX", "machine.UART.RTS", "machine.UART.sendbreak", "machine.ULP_WAKE",
	"machine.USBDevice", "machine.bitstream", "machine.callback", "machine.dht_readinto", "machine.events",
	"machine.flash_encrypt", "machine.secure_boot", "network.AUTH_OPEN", "network.AUTH_WEP", "network.AUTH_WPA2_PSK",
	"network.AUTH_WPA3_PSK", "network.AUTH_WPA_PSK", "network.AUTH_WPA_WPA2_PSK", "network.Bluetooth", "network.Coap",
	"network.ETH", "network.LAN", "network.LTE", "network.LoRa", "network.MDNS", "network.MODE_11B",
	"network.MODE_11G", "network.MODE_11N", "network.PHY_LAN8720", "network.PPP", "network.Sigfox",
	"network.WIZNET5K", "network.WLAN.COUNTRY_POL_AUTO", "network.WLAN.COUNTRY_POL_MAN",
	"network.WLAN.Connected_ap_pwd", "network.WLAN.EVENT_PKT_ANY", "network.WLAN.EVENT_PKT_MGMT",
	"network.WLAN.FILTER_CTRL_PKT_ALL", "network.WLAN.PHY_11_B", "network.WLAN.PHY_11_G", "network.WLAN.PHY_11_N",
	"network.WLAN.PHY_LOW_RATE", "network.WLAN.SEC_CHN_NONE", "network.WLAN.SEC_CHN_POS_ABOVE",
	"network.WLAN.SMART_CONF_DONE", "network.WLAN.ap_sta_list", "network.WLAN.ap_tcpip_sta_list",
	"network.WLAN.callback", "network.WLAN.country", "network.WLAN.ctrl_pkt_filter", "network.WLAN.events",
	"network.WLAN.joined_ap_info", "network.WLAN.promiscuous", "network.WLAN.send_raw", "network.WLAN.smartConfig",
	"network.WLAN.wifi_packet", "network.WLAN.wifi_protocol", "network.ipconfig", "network.phy_mode", "os.VfsLfs1",
	"os.dupterm_notify", "os.mkfat", "pycom.create_128bit_le_uuid_from_string", "pycom.diff_update_enabled",
	"pycom.sigfox_info", "re.DEBUG", "re.split", "socket.AF_LORA", "socket.AF_SIGFOX", "socket.IPPROTO_IP",
	"socket.IP_ADD_MEMBERSHIP", "socket.SOL_LORA", "socket.SOL_SIGFOX", "socket.SO_BINDTODEVICE",
	"socket.SO_CONFIRMED", "socket.SO_DR", "socket.SO_RX", "socket.callback", "socket.reset",
	"socket.socket.dnsserver", "socket.socket.do_handshake", "socket.socket.readall", "sys.atexit", "sys.exc_info",
	"sys.settrace", "umqtt.robust", "umqtt.simple", "machine.ADC(atten)", "machine.I2C(timeout)", "machine.PWM(duty)",
	"machine.Pin(alt)", "machine.UART(flow)", "machine.UART(invert)",
	"machine.UART(rxbuf)", "machine.UART(txbuf)", "network.WLAN(country)", "network.WLAN(protocol)",
};
// clang-format on
const size_t lb_missing_count = sizeof(lb_missing_names) / sizeof(lb_missing_names[0]);

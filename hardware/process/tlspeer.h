/* One end of a TLS connection, over whatever carries its bytes: OpenSSL's libssl, with memory in the place of a socket.
 *
 * The server's certificate is this process's own: a key on P-256, made at the first connection, signed by itself, so
 * nobody who verifies believes it. The client verifies nobody.
 */
#ifndef HARDWARE_PROCESS_TLSPEER_H
#define HARDWARE_PROCESS_TLSPEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lb_tlspeer_role { LB_TLSPEER_SERVER, LB_TLSPEER_CLIENT };

struct lb_tlspeer_calls {
	void (*send)(void *ctx, const void *bytes, size_t size_bytes);     /* to the other end */
	void (*heard)(void *ctx, const uint8_t *bytes, size_t size_bytes); /* what it said, without TLS */
};

struct lb_tlspeer;

/* A client begins the handshake at once. NULL: there is no memory for it, or no certificate could be made. */
struct lb_tlspeer *lb_tlspeer_open(enum lb_tlspeer_role role, const struct lb_tlspeer_calls *calls, void *ctx);
/* Bytes that came; what comes of them goes to the calls, which must not close the peer. False: the connection is no use
 * any more, as after a handshake that failed. */
bool lb_tlspeer_feed(struct lb_tlspeer *peer, const uint8_t *bytes, size_t size_bytes);
/* Was the handshake completed? */
bool lb_tlspeer_is_up(const struct lb_tlspeer *peer);
/* Once the handshake is completed. */
void lb_tlspeer_say(struct lb_tlspeer *peer, const void *bytes, size_t size_bytes);
/* Tells the other end that nothing more comes. */
void lb_tlspeer_end(struct lb_tlspeer *peer);
void lb_tlspeer_close(struct lb_tlspeer *peer);

#endif

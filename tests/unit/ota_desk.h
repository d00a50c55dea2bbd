/* A desk for updates: three slots over flash in memory, real signatures, and one struct lb_ota. */
#ifndef TESTS_UNIT_OTA_DESK_H
#define TESTS_UNIT_OTA_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/update/ota.h"
#include "hardware/model/nor.h"
#include "host/image/image_write.h"

enum {
	SECTOR = LB_NOR_SECTOR_BYTES,
	SLOT_BYTES = 4 * SECTOR,
	FLASH_BYTES = 4 * SECTOR + 3 * SLOT_BYTES,
	PAYLOAD_BYTES = 2 * SECTOR,
};

#define F LB_SLOT_FACTORY
#define O0 LB_SLOT_OTA_0
#define O1 LB_SLOT_OTA_1
#define NONE LB_SLOT_NONE

extern const struct lb_flashmap map;

/* Made anew for each test by reset_desk. */
extern struct ota_desk {
	uint8_t bytes[FLASH_BYTES];
	struct lb_nor nor;
	struct lb_flash flash;
	struct lb_signer signer, stranger;
	struct lb_survey_config config;
	struct lb_ota ota;
	bool runs_here;
	bool record_fails;
	unsigned slot_operations;
} desk;

/* The keys, for all tests of a program; false if they could not be had. */
bool open_desk(void);
void close_desk(void);
/* A setup of cmocka's: factory holds version 1 and runs, all else is blank. */
int reset_desk(void **state);
void power_on(enum lb_slot running);

/* An image whose version and counter are number. To be freed. */
uint8_t *image(uint8_t number, const struct lb_signer *signer, size_t *size_bytes);
uint8_t *slot_bytes(enum lb_slot slot);
/* As a tool would, past record and rules. */
void put(enum lb_slot slot, uint8_t number, const struct lb_signer *signer);

/* The record's newest state, and how many entries it had up to there; 0 if none is valid. */
struct lb_record_state record(void);
uint32_t newest_entry(void);

/* A pause between two pieces that has nothing to do. */
bool go_on(void);
/* Written in two pieces, into the update that is open; update() starts and finishes one, too. */
void write_image(uint8_t number, const struct lb_signer *signer);
void update(uint8_t number);

#endif

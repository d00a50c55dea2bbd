# ---- boot2: the SDK's, which reads flash by command 03h, with the checksum that the mask ROM wants ----
BOOT2 := $(PICO_SDK)/rp2040/boot_stage2
BOOT2_INCLUDE := $(patsubst %,-I$(PICO_SDK)/%,rp2040/boot_stage2/asminclude rp2040/hardware_regs/include \
	rp2_common/pico_platform_compiler/include rp2_common/pico_platform_sections/include \
	rp2_common/pico_platform_panic/include \
	rp2040/pico_platform/include common/pico_base_headers/include)
$(B)/obj/pico/boot2.o: $(BOOT2)/boot2_generic_03h.S $(RULES)
	@mkdir -p $(@D)/sdk/pico && : >$(@D)/sdk/pico/config_autogen.h && : >$(@D)/sdk/pico/version.h
	$(Q)$(ARM_GCC) $(PICO_CPU) -D__ASSEMBLER__=1 -I$(@D)/sdk $(BOOT2_INCLUDE) -c -o $(@D)/boot2_plain.o $<
	$(Q)$(ARM_GCC) $(PICO_CPU) -nostdlib -T $(BOOT2)/boot_stage2.ld -o $(@D)/boot2.elf $(@D)/boot2_plain.o
	$(Q)$(ARM_GCC:%gcc=%objcopy) -O binary $(@D)/boot2.elf $(@D)/boot2.bin
	$(Q)python3 $(BOOT2)/pad_checksum -s 0xffffffff $(@D)/boot2.bin $(@D)/boot2_padded.S
	$(Q)$(ARM_GCC) $(PICO_CPU) -c -o $@ $(@D)/boot2_padded.S
$(PICO_SDK)/%:
	@echo "no Pico SDK in $(PICO_SDK_DIR): tools/fetch pico-sdk $(B)/deps, or set PICO_SDK_DIR" >&2; exit 1
$(B)/libexec/lifeboat/bootloader-pico: $(B)/obj/pico/boot2.o | boards/pico/boot/pico.ld

# ---- what the BOOTSEL drive takes: an owner's image goes beside it by tools/uf2 ----
PICO_FILES := $(B)/share/lifeboat/pico-bootloader
$(PICO_FILES).bin: $(B)/libexec/lifeboat/bootloader-pico
	@mkdir -p $(@D)
	$(Q)$(ARM_GCC:%gcc=%objcopy) -O binary $< $@
$(PICO_FILES).uf2: $(PICO_FILES).bin tools/uf2
	$(Q)tools/uf2 $@ 0x10000000=$<
bootloader: $(PICO_FILES).uf2
PICO_UF2 := $(B)/share/lifeboat/pico.uf2
$(PICO_UF2): $(PICO_FILES).bin $(B)/share/lifeboat/pico.img tools/uf2
	$(Q)tools/uf2 $@ 0x10000000=$< 0x10010000=$(word 2,$^)
all: $(PICO_FILES).uf2 $(PICO_UF2)

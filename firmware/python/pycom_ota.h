/* The part of the pycom module that updates firmware; ota.h says what the functions do. */
#ifndef LB_PYTHON_PYCOM_OTA_H
#define LB_PYTHON_PYCOM_OTA_H

#include "py/obj.h"

enum lb_pycom_partition { LB_PYCOM_FACTORY = 0, LB_PYCOM_OTA_0 = 1, LB_PYCOM_OTA_1 = 2 };
enum lb_pycom_fs { LB_PYCOM_FAT = 0, LB_PYCOM_LITTLEFS = 1 };

MP_DECLARE_CONST_FUN_OBJ_KW(lb_pycom_ota_start_obj);
MP_DECLARE_CONST_FUN_OBJ_1(lb_pycom_ota_write_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(lb_pycom_ota_finish_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_pycom_ota_verify_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_pycom_ota_slot_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(lb_pycom_bootmgr_obj);

#endif

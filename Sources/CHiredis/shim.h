#ifndef GUARDIA_CHIREDIS_SHIM_H
#define GUARDIA_CHIREDIS_SHIM_H
#include <hiredis/hiredis.h>
#include <hiredis/async.h>
#endif

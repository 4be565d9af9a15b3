#ifndef GUARDIA_CLIBPQ_SHIM_H
#define GUARDIA_CLIBPQ_SHIM_H
#include <libpq-fe.h>
#endif

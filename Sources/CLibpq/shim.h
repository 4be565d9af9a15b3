#ifndef GUARDIA_CLIBPQ_SHIM_H
#define GUARDIA_CLIBPQ_SHIM_H
#include <libpq-fe.h>

/* PG_DIAG_* are character macros, which Swift does not import. */
static inline const char *guardia_pg_sqlstate(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *guardia_pg_message(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

#endif

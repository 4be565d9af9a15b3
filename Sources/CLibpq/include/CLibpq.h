#ifndef GUARDIA_CLIBPQ_H
#define GUARDIA_CLIBPQ_H
/* libpq as Swift can call it, opened when it is first needed, as libcurl is (CCurl.h). */
#include <postgresql/libpq-fe.h>

/* Opens libpq, once. Null, or why it cannot be used, in words that stay. Any thread may; nothing else here may be called before. */
const char *guardia_pg_open(void);

/* PG_DIAG_* are character macros, which Swift does not import. */
const char *guardia_pg_sqlstate(const PGresult *result);
const char *guardia_pg_message(const PGresult *result);

#endif

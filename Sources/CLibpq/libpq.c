#include "CLibpq.h"

#include <CLibrary.h>
#include <pthread.h>

/* What is used of it, as in CCurl. */
#define FUNCTIONS(EACH) \
    EACH(PQclear) EACH(PQconnectPoll) EACH(PQconnectStartParams) EACH(PQconninfoFree) EACH(PQconninfoParse) \
    EACH(PQconsumeInput) EACH(PQenterPipelineMode) EACH(PQerrorMessage) EACH(PQexitPipelineMode) EACH(PQfinish) \
    EACH(PQflush) EACH(PQfname) EACH(PQfreemem) EACH(PQgetResult) EACH(PQgetisnull) EACH(PQgetlength) EACH(PQgetvalue) \
    EACH(PQisBusy) EACH(PQnfields) EACH(PQntuples) EACH(PQpipelineSync) EACH(PQresultErrorField) EACH(PQresultStatus) \
    EACH(PQsendPrepare) EACH(PQsendQueryPrepared) EACH(PQsetErrorVerbosity) EACH(PQsetNoticeReceiver) \
    EACH(PQsetSingleRowMode) EACH(PQsetnonblocking) EACH(PQsocket) EACH(PQstatus)

#define FIELD(name) __typeof__(&name) name;
#define NAME(name) #name,
static struct { FUNCTIONS(FIELD) } pq;
static const char *const names[] = {FUNCTIONS(NAME)};
_Static_assert(sizeof pq == sizeof names, "one function a name");

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure;
static void open_library(void) {
    failure = guardia_library_open("libpq.so.5", names, (void **)&pq, sizeof names / sizeof *names);
}

const char *guardia_pg_open(void) {
    pthread_once(&once, open_library);
    return failure;
}

#define OURS __attribute__((visibility("hidden")))

OURS void PQclear(PGresult *result) { pq.PQclear(result); }
OURS PostgresPollingStatusType PQconnectPoll(PGconn *connection) { return pq.PQconnectPoll(connection); }
OURS PGconn *PQconnectStartParams(const char *const *keywords, const char *const *values, int expand) {
    return pq.PQconnectStartParams(keywords, values, expand);
}
OURS void PQconninfoFree(PQconninfoOption *options) { pq.PQconninfoFree(options); }
OURS PQconninfoOption *PQconninfoParse(const char *text, char **message) { return pq.PQconninfoParse(text, message); }
OURS int PQconsumeInput(PGconn *connection) { return pq.PQconsumeInput(connection); }
OURS int PQenterPipelineMode(PGconn *connection) { return pq.PQenterPipelineMode(connection); }
OURS char *PQerrorMessage(const PGconn *connection) { return pq.PQerrorMessage(connection); }
OURS int PQexitPipelineMode(PGconn *connection) { return pq.PQexitPipelineMode(connection); }
OURS void PQfinish(PGconn *connection) { pq.PQfinish(connection); }
OURS int PQflush(PGconn *connection) { return pq.PQflush(connection); }
OURS char *PQfname(const PGresult *result, int column) { return pq.PQfname(result, column); }
OURS void PQfreemem(void *memory) { pq.PQfreemem(memory); }
OURS PGresult *PQgetResult(PGconn *connection) { return pq.PQgetResult(connection); }
OURS int PQgetisnull(const PGresult *result, int row, int column) { return pq.PQgetisnull(result, row, column); }
OURS int PQgetlength(const PGresult *result, int row, int column) { return pq.PQgetlength(result, row, column); }
OURS char *PQgetvalue(const PGresult *result, int row, int column) { return pq.PQgetvalue(result, row, column); }
OURS int PQisBusy(PGconn *connection) { return pq.PQisBusy(connection); }
OURS int PQnfields(const PGresult *result) { return pq.PQnfields(result); }
OURS int PQntuples(const PGresult *result) { return pq.PQntuples(result); }
OURS int PQpipelineSync(PGconn *connection) { return pq.PQpipelineSync(connection); }
OURS ExecStatusType PQresultStatus(const PGresult *result) { return pq.PQresultStatus(result); }
OURS int PQsendPrepare(PGconn *connection, const char *name, const char *text, int count, const Oid *types) {
    return pq.PQsendPrepare(connection, name, text, count, types);
}
OURS int PQsendQueryPrepared(PGconn *connection, const char *name, int count, const char *const *values, const int *lengths,
    const int *formats, int format) {
    return pq.PQsendQueryPrepared(connection, name, count, values, lengths, formats, format);
}
OURS PGVerbosity PQsetErrorVerbosity(PGconn *connection, PGVerbosity verbosity) {
    return pq.PQsetErrorVerbosity(connection, verbosity);
}
OURS PQnoticeReceiver PQsetNoticeReceiver(PGconn *connection, PQnoticeReceiver receiver, void *argument) {
    return pq.PQsetNoticeReceiver(connection, receiver, argument);
}
OURS int PQsetSingleRowMode(PGconn *connection) { return pq.PQsetSingleRowMode(connection); }
OURS int PQsetnonblocking(PGconn *connection, int on) { return pq.PQsetnonblocking(connection, on); }
OURS int PQsocket(const PGconn *connection) { return pq.PQsocket(connection); }
OURS ConnStatusType PQstatus(const PGconn *connection) { return pq.PQstatus(connection); }

const char *guardia_pg_sqlstate(const PGresult *result) { return pq.PQresultErrorField(result, PG_DIAG_SQLSTATE); }
const char *guardia_pg_message(const PGresult *result) { return pq.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY); }

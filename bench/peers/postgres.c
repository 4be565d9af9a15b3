/* postgres CONNINFO SQL COUNT: the bare limit of a poll: libpq, one connection, one prepared statement.
   Prints `name value` lines. */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int ask(PGconn *connection, int times) {
    for (int i = 0; i < times; i++) {
        PGresult *result = PQexecPrepared(connection, "poll", 0, NULL, NULL, NULL, 0);
        if (PQresultStatus(result) != PGRES_TUPLES_OK) {
            fputs(PQerrorMessage(connection), stderr);
            return 0;
        }
        PQclear(result);
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int count = atoi(argv[3]);
    PGconn *connection = PQconnectdb(argv[1]);
    PQclear(PQprepare(connection, "poll", argv[2], 0, NULL));
    if (!ask(connection, 20)) return 1;
    double start = cpu();
    if (!ask(connection, count)) return 1;
    printf("cpu_ms_per_1000 %f\n", (cpu() - start) * 1e6 / count);
    PQfinish(connection);
    return 0;
}

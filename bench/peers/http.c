/* http PORT COUNT SECONDS: the bare limit of polling COUNT keep-alive targets once a second each on one thread.
   curl_multi_perform and curl_multi_poll, a kept easy handle a target, starts spread over the second; nothing is judged,
   derived or recorded. Prints `name value` lines. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static size_t discard(char *data, size_t size, size_t count, void *context) {
    (void)data, (void)context;
    return size * count;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int port = atoi(argv[1]), count = atoi(argv[2]), running, left;
    double span = atof(argv[3]);
    CURL **targets = calloc(count, sizeof *targets);
    double *due = calloc(count, sizeof *due);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)count);

    double start = seconds(CLOCK_MONOTONIC);
    for (long i = 0; i < count; i++) {
        char url[64];
        snprintf(url, sizeof url, "http://127.0.0.1:%ld/", port + i);
        targets[i] = curl_easy_init();
        curl_easy_setopt(targets[i], CURLOPT_URL, url);
        curl_easy_setopt(targets[i], CURLOPT_WRITEFUNCTION, discard);
        curl_easy_setopt(targets[i], CURLOPT_PRIVATE, (void *)i);
        curl_easy_setopt(targets[i], CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(targets[i], CURLOPT_TIMEOUT_MS, 5000L);
        due[i] = start + (double)i / count;
    }

    /* Two seconds to connect, then the measurement. */
    double from = start + 2, cpu = 0;
    long answers = 0, failures = 0;
    int next = 0, measuring = 0;
    for (;;) {
        double now = seconds(CLOCK_MONOTONIC);
        if (!measuring && now >= from) {
            measuring = 1, answers = failures = 0;
            cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        }
        if (now >= from + span) break;
        for (; due[next] <= now; next = (next + 1) % count) {
            due[next] += 1; /* for the next round */
            curl_multi_add_handle(multi, targets[next]);
        }
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left))) {
            long status = 0;
            CURL *done = message->easy_handle;
            if (message->msg != CURLMSG_DONE) continue;
            curl_easy_getinfo(done, CURLINFO_RESPONSE_CODE, &status);
            if (message->data.result == CURLE_OK && status == 200) answers++;
            else failures++;
            curl_multi_remove_handle(multi, done);
        }
        curl_multi_poll(multi, NULL, 0, 1, NULL);
    }
    printf("cpu_percent %f\n", (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / span * 100);
    printf("answers_per_s %f\nfailures %ld\n", answers / span, failures);
    return 0;
}

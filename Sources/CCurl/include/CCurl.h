#ifndef GUARDIA_CCURL_H
#define GUARDIA_CCURL_H
/* libcurl as Swift can call it. The library and the thirty that it brings are opened when they are first needed: a screen never
   needs them, and a command has parsed its line and read its journal meanwhile (docs/decisions/0035-libraries-when-needed.md). */
#include <curl/curl.h>

/* Opens libcurl, once. Null, or why it cannot be used, in words that stay. Any thread may. What makes something of libcurl's
   opens it as well, and makes nothing where it cannot. */
const char *guardia_curl_open(void);

/* curl_easy_setopt, curl_multi_setopt and curl_easy_getinfo are variadic, which Swift does not import: one function a type of
   argument. */
CURLcode guardia_curl_set_long(CURL *easy, CURLoption option, long value);
CURLcode guardia_curl_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode guardia_curl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode guardia_curl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode guardia_curl_set_callback(CURL *easy, CURLoption option, curl_write_callback value);
CURLMcode guardia_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);

/* CURLINFO_PRIVATE is the only thing that leads from a finished transfer back to who waits for it. */
void *guardia_curl_private(CURL *easy);

/* CURLMsg keeps the result in a union. */
static inline CURLcode guardia_curl_message_result(const CURLMsg *message) { return message->data.result; }

/* What is asked after each transfer, in one call. Times are microseconds from the start of the transfer. */
struct guardia_curl_summary {
    long status;
    long new_connections;
    curl_off_t name_lookup;
    curl_off_t connect;
    curl_off_t app_connect;
    curl_off_t pre_transfer;
    curl_off_t start_transfer;
    curl_off_t total;
};
struct guardia_curl_summary guardia_curl_summarize(CURL *easy);

/* Owned by the handle; gone with its next transfer. */
const char *guardia_curl_primary_ip(CURL *easy);
const struct curl_certinfo *guardia_curl_certificates(CURL *easy);

#endif

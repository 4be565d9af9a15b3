#ifndef GUARDIA_CCURL_SHIM_H
#define GUARDIA_CCURL_SHIM_H
#include <curl/curl.h>
#endif

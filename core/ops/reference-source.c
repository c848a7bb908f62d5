/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/reference-source.h"

#include "core/ops/operation.h"

static const FaltungReferenceSource *source_of(const FaltungOperation *operation) {
    const FaltungReferenceSource *source = faltung_reference_sources;
    while (source->file && !g_str_equal(source->file, operation->file))
        source++;
    return source;
}

const char *faltung_operation_source(const FaltungOperation *operation) {
    return source_of(operation)->text;
}

int faltung_operation_source_line(const FaltungOperation *operation) {
    return source_of(operation)->line;
}

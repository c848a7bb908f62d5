/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * libfaltung in one line: #include <faltung/faltung.h>. Data sets by name are in
 * <faltung/data/catalogue.h>.
 */

#include <glib.h>

G_BEGIN_DECLS

#include "core/base/error.h"
#include "core/base/options.h"
#include "core/base/random.h"
#include "core/base/shape.h"
#include "core/config/experiment.h"
#include "core/graph/graph.h"
#include "core/graph/network.h"
#include "core/graph/products.h"
#include "core/graph/reach.h"
#include "core/kernels/kernels.h"
#include "core/ops/layout.h"
#include "core/ops/operation.h"
#include "core/ops/stopwatch.h"
#include "core/store/predictor.h"
#include "core/store/run-writer.h"
#include "core/store/run.h"
#include "core/train/augment.h"
#include "core/train/averaging.h"
#include "core/train/clipping.h"
#include "core/train/dataset.h"
#include "core/train/initializer.h"
#include "core/train/loss.h"
#include "core/train/norms.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "core/train/scores.h"
#include "core/train/stopping.h"
#include "core/train/trainer.h"
#include "core/train/training.h"
#include "core/train/transfer.h"

G_END_DECLS

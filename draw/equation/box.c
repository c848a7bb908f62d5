/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/equation/box.h"

Box box_new(void) {
    return (Box){.items = g_array_new(FALSE, TRUE, sizeof(Item))};
}

void box_clear(Box *box) {
    g_clear_pointer(&box->items, g_array_unref);
}

void box_take(Box *to, Box *from, double dx, double dy) {
    for (guint i = 0; i < from->items->len; i++) {
        Item item = g_array_index(from->items, Item, i);
        item.x += dx;
        item.y += dy;
        g_array_append_val(to->items, item);
    }
    box_clear(from);
}

void box_glyph(Box *box, hb_codepoint_t glyph, double size, double x, double y) {
    Item item = {.type = ITEM_GLYPH, .glyph = glyph, .size = size, .x = x, .y = y};
    g_array_append_val(box->items, item);
}

void box_rule(Box *box, double x, double y, double width, double height, gboolean alone) {
    Item item = {
        .type = ITEM_RULE, .x = x, .y = y, .width = width, .height = height, .alone = alone};
    g_array_append_val(box->items, item);
}

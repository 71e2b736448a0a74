/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import io.statefun.sample.billing.user.BillingInterval;
import io.statefun.sample.billing.user.Subscription;
import io.statefun.sample.billing.user.SubscriptionStatus;
import io.statefun.sample.billing.user.UserChange;
import io.statefun.sample.billing.user.Version;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads change events in the envelope that Debezium writes: a bare envelope; one with its schema,
 * as {@code {"schema":…,"payload":…}}; or a record with its key, as {@code
 * {"key":…,"value":…,"headers":…}}, whose value is null in a tombstone. The header {@code __lsn} of
 * a tombstone tells its version. Thread-safe.
 */
public final class ChangeParser {

  private final JsonMapper json = JsonMapper.builder().build();

  /**
   * Reads an event.
   *
   * @throws BadChangeException if the text is not one
   */
  public UserChange parse(String text) {
    try {
      JsonNode root = json.readTree(text);
      if (!root.isObject()) {
        throw bad("A change event is a JSON object");
      }
      return root.has("key") ? keyed(root) : envelope(payload(root), null);
    } catch (JacksonException e) {
      throw new BadChangeException("Cannot be read: " + e.getOriginalMessage(), e);
    }
  }

  private static UserChange keyed(JsonNode root) {
    String id = id(payload(root.path("key")));
    if (id == null) {
      throw bad("The key has no id");
    }
    JsonNode value = payload(root.path("value"));
    return value.isNull()
        ? new UserChange(id, tombstoneVersion(root.path("headers").path("__lsn")), null)
        : envelope(value, id);
  }

  private static UserChange envelope(JsonNode envelope, @Nullable String key) {
    String op = envelope.path("op").asString("");
    boolean removed = op.equals("d");
    if (!removed && !op.equals("c") && !op.equals("u") && !op.equals("r")) {
      throw bad("'op' is '" + op + "'; it must be one of c, u, r and d");
    }
    JsonNode row = envelope.path(removed ? "before" : "after");
    String id = id(row);
    if (id == null) {
      id = key;
    }
    if (id == null) {
      throw bad("Neither the row nor the key has an id");
    }
    if (key != null && !key.equals(id)) {
      throw bad("The row's id " + id + " is not the key's, " + key);
    }
    return new UserChange(id, version(envelope.path("source")), removed ? null : row(row));
  }

  private static Version version(JsonNode source) {
    long lsn = source.path("lsn").asLong(0);
    long tsMs = source.path("ts_ms").asLong(0);
    if (lsn <= 0 && tsMs <= 0) {
      throw bad("'source' has neither lsn nor ts_ms, which tell the order of changes");
    }
    return new Version(lsn, tsMs);
  }

  // If the delete itself was handled, its version has a time and is the later one of the two.
  private static @Nullable Version tombstoneVersion(JsonNode lsn) {
    if (lsn.isMissingNode() || lsn.isNull()) {
      return null;
    }
    long value = lsn.asLong(0);
    if (value <= 0) {
      throw bad("The header __lsn is not a position");
    }
    return new Version(value, 0);
  }

  private static Subscription row(JsonNode row) {
    JsonNode closed = row.path("closed_through");
    long amount = row.path("amount_cents").asLong(-1);
    if (amount < 0) {
      throw bad("'amount_cents' is missing or negative");
    }
    return new Subscription(
        constant(SubscriptionStatus.class, row, "status"),
        constant(BillingInterval.class, row, "billing_interval"),
        amount,
        closed.isMissingNode() || closed.isNull() ? null : closed.asInt());
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode row, String field) {
    String text = row.path(field).asString("");
    try {
      return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new BadChangeException("'" + field + "' cannot be '" + text + "'", e);
    }
  }

  private static JsonNode payload(JsonNode node) {
    return node.has("payload") ? node.path("payload") : node;
  }

  private static @Nullable String id(JsonNode row) {
    JsonNode id = row.path("id");
    return id.isMissingNode() || id.isNull() ? null : id.asString();
  }

  private static BadChangeException bad(String message) {
    return new BadChangeException(message, null);
  }
}

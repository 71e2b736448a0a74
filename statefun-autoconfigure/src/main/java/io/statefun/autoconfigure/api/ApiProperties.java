/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.api;

import java.time.Duration;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The functions over HTTP.
 *
 * @param path The path under which functions are called and looked at.
 * @param call The functions that may be called and sent messages over HTTP, as namespace/name, or
 *     namespace/* for all of a namespace. None unless set. Who may call them is for Spring Security
 *     to say.
 * @param read The functions whose instances may be looked at over HTTP, in the same form. None
 *     unless set.
 * @param describe Whether openapi.json, under the path, describes the functions that are exposed,
 *     as OpenAPI has it.
 * @param awakeables Whether awakeables may be completed over HTTP by anybody who has their token.
 * @param sql Whether the instances that may be looked at can be asked for by SQL, which
 *     statefun.sql.enabled is to switch on as well.
 * @param timeout How long a request waits for a reply or a commit.
 * @param idempotencyRetention How long an idempotency key is known, from its first use on.
 * @param maxBodySize How large the body of a request is at most.
 */
@ConfigurationProperties("statefun.api")
public record ApiProperties(
    @DefaultValue("/statefun/api") String path,
    @DefaultValue Set<String> call,
    @DefaultValue Set<String> read,
    @DefaultValue("true") boolean describe,
    @DefaultValue("false") boolean awakeables,
    @DefaultValue("false") boolean sql,
    @DefaultValue("30s") Duration timeout,
    @DefaultValue("1d") Duration idempotencyRetention,
    @DefaultValue("1MB") DataSize maxBodySize) {

  public ApiProperties {
    if (!path.startsWith("/") || path.endsWith("/")) {
      throw new IllegalArgumentException(
          "statefun.api.path must begin with '/', and not end with it: " + path);
    }
    if (timeout.toMillis() < 1 || idempotencyRetention.toMillis() < 1) {
      throw new IllegalArgumentException(
          "statefun.api.timeout and statefun.api.idempotency-retention must be at least 1 ms");
    }
    if (maxBodySize.toBytes() < 1 || maxBodySize.toBytes() > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException(
          "statefun.api.max-body-size must be 1 byte to 1 GB: " + maxBodySize);
    }
  }
}

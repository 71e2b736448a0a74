/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure;

import io.statefun.snapshot.SnapshotStore;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;

/** Matches if the application has no snapshot store of its own. */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ConditionalOnMissingBean(
    value = SnapshotStore.class,
    ignoredType = {
      "io.statefun.snapshot.FileSnapshotStore",
      "io.statefun.autoconfigure.redis.RedisSnapshotStore",
      "io.statefun.autoconfigure.s3.S3SnapshotStore"
    })
public @interface ConditionalOnMissingSnapshotStore {}

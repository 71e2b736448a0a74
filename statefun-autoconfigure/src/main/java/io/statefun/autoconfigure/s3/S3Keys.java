/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import io.statefun.snapshot.ObjectNames;

/**
 * The keys of objects in a bucket: their names after a prefix, which keeps applications apart.
 *
 * @param bucket the bucket's name
 * @param prefix the beginning of all keys without the slash that follows
 */
record S3Keys(String bucket, String prefix) {

  static boolean isName(String prefix) {
    try {
      ObjectNames.check(prefix);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The prefix of an application that has not set one. */
  static String prefixOf(String applicationName) {
    String safe = applicationName.replaceAll("[^A-Za-z0-9._-]", "_");
    return safe.startsWith(".") ? "_" + safe : safe;
  }

  /** The key of an object, or the beginning of the keys of several. */
  String key(String nameOrPrefix) {
    return prefix + "/" + nameOrPrefix;
  }

  String name(String key) {
    return key.substring(prefix.length() + 1);
  }

  /** Says where something is, for people. */
  String describe(String key) {
    return "'" + key + "' of the bucket '" + bucket + "'";
  }
}

/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.benchmark.kafka;

/**
 * An engine, and how it is set up.
 *
 * @param name what it is called in the report
 * @param isStatefun or else Kafka Streams
 * @param workers how many threads handle messages
 * @param commitInterval the least time between commits, in milliseconds
 * @param store the snapshot store, for statefun
 * @param cacheBytes the cache before the stores, for Kafka Streams; 0 for none
 * @param more settings of its own, as name=value with commas between them
 * @param jvmOptions of its process
 * @param streamsLibraries the folder with what is first on the class path of Kafka Streams
 */
record KafkaEngineSettings(
    String name,
    boolean isStatefun,
    int workers,
    long commitInterval,
    String store,
    long cacheBytes,
    String more,
    String jvmOptions,
    String streamsLibraries) {}

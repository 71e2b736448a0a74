/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.StateFunEngine;
import io.statefun.snapshot.InMemorySnapshotStore;
import io.statefun.snapshot.SnapshotStore;
import io.statefun.snapshot.SnapshotStoreException;
import io.statefun.state.HeapBackend;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.ClassUtils;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

class S3SnapshotStoreAutoConfigurationTest {

  private S3Endpoint endpoint;

  @BeforeEach
  void start() throws IOException {
    endpoint = new S3Endpoint();
  }

  @AfterEach
  void stop() {
    endpoint.close();
  }

  @Test
  void storesSnapshotsInTheBucketUnderTheApplicationsName() {
    runner()
        .run(
            context -> {
              assertThat(context).hasNotFailed().hasSingleBean(SnapshotStore.class);
              assertThat(context.getBean(SnapshotStore.class)).isInstanceOf(S3SnapshotStore.class);
              assertThat(endpoint.has("my_shop/application")).isTrue();
            });
    runner().run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void leavesNothingOfItsLookAtTheBucket() {
    runner().run(context -> assertThat(context.getBean(SnapshotStore.class).list("p")).isEmpty());
  }

  @Test
  void usesTheApplicationsPrefixAndEncryption() {
    runner()
        .withPropertyValues(
            "statefun.snapshot.s3.prefix=a/b",
            "statefun.snapshot.s3.encryption=aws-kms",
            "statefun.snapshot.s3.kms-key-id=the-key")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(endpoint.header("a/b/application", "x-amz-server-side-encryption"))
                  .isEqualTo("aws:kms");
              assertThat(
                      endpoint.header(
                          "a/b/application", "x-amz-server-side-encryption-aws-kms-key-id"))
                  .isEqualTo("the-key");
            });
  }

  @Test
  void usesAClientOfTheApplication_andDoesNotCloseIt() {
    try (S3Client client =
        S3Clients.create(S3Stores.properties(endpoint.uri()), S3Stores.CREDENTIALS)) {
      runner()
          .withPropertyValues("statefun.snapshot.s3.endpoint=http://127.0.0.1:1")
          .withBean("client", S3Client.class, () -> client, bean -> bean.setDestroyMethodName(""))
          .run(context -> assertThat(context).hasNotFailed());
      assertThat(client.headBucket(head -> head.bucket(S3Endpoint.BUCKET))).isNotNull();
    }
  }

  @Test
  void backsOffForAStoreOfTheApplication() {
    runner()
        .withBean(InMemorySnapshotStore.class)
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .getBean(SnapshotStore.class)
                    .isInstanceOf(InMemorySnapshotStore.class));
  }

  @Test
  void isNotThereForAnotherStore() {
    runner()
        .withBean(InMemorySnapshotStore.class)
        .withPropertyValues("statefun.snapshot.store=file")
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(S3Properties.class));
  }

  @Test
  void explainsThatTheSdkIsMissing() {
    new ApplicationContextRunner()
        .withClassLoader(new FilteredClassLoader("software.amazon.awssdk"))
        .withConfiguration(configurations())
        .withPropertyValues("spring.application.name=shop", "statefun.snapshot.store=s3")
        .run(
            context ->
                assertFailure(
                    context.getStartupFailure(),
                    "the AWS SDK for S3 is not on the class path",
                    "software.amazon.awssdk:s3"));
  }

  @Test
  void explainsABucketThatDoesNotExist() {
    runner()
        .withPropertyValues("statefun.snapshot.s3.bucket=other")
        .run(
            context ->
                assertFailure(
                    context.getStartupFailure(),
                    "The bucket 'other' does not exist",
                    "statefun.snapshot.s3.bucket"));
  }

  @Test
  void explainsABucketThatMayNotBeUsed() {
    endpoint.forbid();
    runner()
        .run(
            context ->
                assertFailure(
                    context.getStartupFailure(),
                    "The bucket 'bucket' may not be used",
                    "s3:ListBucket"));
  }

  @Test
  void explainsAServiceThatIgnoresTheCondition() {
    endpoint.ignoreConditions();
    runner()
        .run(
            context ->
                assertFailure(
                    context.getStartupFailure(), "ignores the condition", "conditional puts"));
    assertThat(endpoint.requests("DeleteObject")).isEqualTo(1);
  }

  @Test
  void explainsAServiceThatDoesNotAnswer() {
    runner()
        .withPropertyValues(
            "statefun.snapshot.s3.endpoint=http://127.0.0.1:1", "statefun.snapshot.s3.retries=0")
        .run(
            context ->
                assertFailure(
                    context.getStartupFailure(), "could not be reached", "statefun.snapshot.s3."));
  }

  @ParameterizedTest
  @CsvSource({
    "bucket=, must be the name of a bucket",
    "prefix=/a, must be made of letters",
    "endpoint=nonsense, must be an address",
    "part-size=1MB, must be between 5MB and 1GB",
    "multipart-threshold=2GB, must be between 5MB and 1GB",
    "kms-key-id=key, has a meaning only if",
    "api-call-timeout=0s, must be more than 0",
    "retries=-1, must not be negative"
  })
  void explainsAnInvalidProperty(String property, String description) {
    runner()
        .withPropertyValues("statefun.snapshot.s3." + property)
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContaining(description));
  }

  private static void assertFailure(
      @Nullable Throwable failure, String description, String action) {
    SnapshotStoreException explained = find(failure);
    assertThat(explained.description()).contains(description);
    assertThat(explained.action()).contains(action);
    assertThat(explained).message().doesNotContain(S3Stores.SECRET);
  }

  private static SnapshotStoreException find(@Nullable Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SnapshotStoreException found) {
        return found;
      }
    }
    throw new AssertionError("Nobody explains it", failure);
  }

  private ApplicationContextRunner runner() {
    return new ApplicationContextRunner()
        .withConfiguration(configurations())
        .withBean(AwsCredentialsProvider.class, () -> S3Stores.CREDENTIALS)
        .withBean(StateFunEngine.BackendFactory.class, () -> application -> new HeapBackend())
        .withPropertyValues(
            "spring.application.name=my shop",
            "statefun.partitions=4",
            "statefun.workers=1",
            "statefun.snapshot.store=s3",
            "statefun.snapshot.s3.bucket=" + S3Endpoint.BUCKET,
            "statefun.snapshot.s3.path-style=true",
            "statefun.snapshot.s3.endpoint=" + endpoint.uri());
  }

  /** The engine's own is of another package and not public. */
  private static AutoConfigurations configurations() {
    return AutoConfigurations.of(
        ClassUtils.resolveClassName("io.statefun.autoconfigure.StateFunAutoConfiguration", null),
        S3SnapshotStoreAutoConfiguration.class);
  }
}

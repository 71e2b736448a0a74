/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.statefun.autoconfigure.s3.S3Endpoint.Trouble;
import io.statefun.snapshot.SnapshotStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

/** What the store does when the network, or the service, does not do as it should. */
@Timeout(120)
class S3TroubleTest {

  private static final int MB = S3Stores.MB;

  private S3Endpoint endpoint;
  private SnapshotStore store;

  @BeforeEach
  void open() throws Exception {
    endpoint = new S3Endpoint();
    store = S3Stores.open(endpoint.uri(), "app");
    endpoint.requests().clear();
  }

  @AfterEach
  void close() throws Exception {
    store.close();
    endpoint.close();
  }

  @Test
  void aPutThatFails_isRepeated() throws Exception {
    endpoint.fail("PutObject", Trouble.ERROR, 2);

    assertThat(store.create("a", S3Stores.bytes(10))).isTrue();
    assertThat(endpoint.requests()).containsExactly("PutObject", "PutObject", "PutObject");
  }

  @Test
  void aPutWhoseAnswerGotLost_isFoundToBeOfThisCall() throws Exception {
    endpoint.fail("PutObject", Trouble.LOST_ANSWER, 1);

    assertThat(store.create("a", S3Stores.bytes(10))).isTrue();
    assertThat(endpoint.requests()).containsExactly("PutObject", "PutObject", "HeadObject");
  }

  @Test
  void aPutThatIsRepeatedAfterAnotherCallsPut_isNotTakenForItsOwn() throws Exception {
    endpoint.fail("PutObject", Trouble.ERROR, 1);
    endpoint.put("app/a", new byte[3]);

    assertThat(store.create("a", S3Stores.bytes(10))).isFalse();
    assertThat(store.size("a")).isEqualTo(3);
  }

  @Test
  void aPutWhoseAnswersAllGetLost_leavesItOpenWhetherTheObjectExists() throws Exception {
    endpoint.fail("PutObject", Trouble.LOST_ANSWER, 4);

    assertThatIOException()
        .isThrownBy(() -> store.create("a", S3Stores.bytes(10)))
        .withMessageContaining("'app/a' of the bucket 'bucket'")
        .satisfies(e -> assertThat(e.toString()).doesNotContain(S3Stores.SECRET));
    assertThat(store.create("a", S3Stores.bytes(10))).isFalse();
  }

  @Test
  void aPutInConflictWithAnother_isAskedAgain() throws Exception {
    endpoint.fail("PutObject", Trouble.CONFLICT, 3);

    assertThat(store.create("a", S3Stores.bytes(10))).isTrue();
    assertThat(endpoint.requests("PutObject")).isEqualTo(4);
  }

  @Test
  void aPutThatIsAlwaysInConflict_fails() {
    endpoint.fail("PutObject", Trouble.CONFLICT, 100);

    assertThatIOException()
        .isThrownBy(() -> store.create("a", S3Stores.bytes(10)))
        .withMessageContaining("ConditionalRequestConflict");
    assertThat(endpoint.has("app/a")).isFalse();
  }

  @Test
  void aBigObject_isUploadedInParts() throws Exception {
    assertThat(store.create("big", S3Stores.bytes(64 * MB))).isTrue();

    assertThat(endpoint.requests("UploadPart")).isEqualTo(13);
    assertThat(endpoint.openUploads()).isZero();
    assertThat(store.size("big")).isEqualTo(64 * MB);
    for (int i = 0; i < 64; i++) {
      assertThat(store.read("big", i * MB, 1)).containsExactly(i);
    }
  }

  @Test
  void aBigObjectThatExists_isNotUploaded() throws Exception {
    endpoint.put("app/big", new byte[3]);

    assertThat(store.create("big", S3Stores.bytes(6 * MB))).isFalse();
    assertThat(endpoint.requests()).containsExactly("HeadObject");
  }

  @Test
  void partsThatFail_areRepeated() throws Exception {
    endpoint.fail("CreateMultipartUpload", Trouble.ERROR, 1);
    endpoint.fail("UploadPart", Trouble.ERROR, 1);
    endpoint.fail("UploadPart", Trouble.LOST_ANSWER, 1);
    endpoint.fail("CompleteMultipartUpload", Trouble.ERROR, 1);

    assertThat(store.create("big", S3Stores.bytes(11 * MB))).isTrue();
    assertThat(store.read("big", 10 * MB, 1)).containsExactly(10);
    assertThat(store.size("big")).isEqualTo(11 * MB);
  }

  @Test
  void aCompletionWhoseAnswerGotLost_isFoundToBeOfThisCall() throws Exception {
    endpoint.fail("CompleteMultipartUpload", Trouble.LOST_ANSWER, 1);

    assertThat(store.create("big", S3Stores.bytes(6 * MB))).isTrue();
    assertThat(endpoint.openUploads()).isZero();
  }

  @Test
  void aCompletionInConflictWithAnother_isUploadedAgain() throws Exception {
    endpoint.fail("CompleteMultipartUpload", Trouble.CONFLICT, 1);

    assertThat(store.create("big", S3Stores.bytes(6 * MB))).isTrue();
    assertThat(endpoint.requests("CreateMultipartUpload")).isEqualTo(2);
    assertThat(endpoint.openUploads()).isZero();
  }

  @Test
  void anUploadThatFails_leavesNothing() {
    endpoint.fail("UploadPart", Trouble.ERROR, 4);

    assertThatIOException()
        .isThrownBy(() -> store.create("big", S3Stores.bytes(11 * MB)))
        .withMessageContaining("'app/big'");
    assertThat(endpoint.requests("AbortMultipartUpload")).isEqualTo(1);
    assertThat(endpoint.openUploads()).isZero();
    assertThat(endpoint.has("app/big")).isFalse();
  }

  @Test
  void anUploadWhoseContentFails_leavesNothing() {
    assertThatIOException()
        .isThrownBy(() -> store.create("big", S3Stores.failingAfter(11 * MB, 7 * MB)))
        .withMessageContaining("the content broke off");
    assertThat(endpoint.openUploads()).isZero();
    assertThat(endpoint.has("app/big")).isFalse();
  }

  @Test
  void callsThatRaceWithBigObjects_haveOneWinner() throws Exception {
    int threads = 4;
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      Callable<Boolean> race =
          () -> {
            start.await();
            return store.create("big", S3Stores.bytes(6 * MB));
          };
      int winners = 0;
      for (Future<Boolean> won :
          IntStream.range(0, threads).mapToObj(i -> executor.submit(race)).toList()) {
        winners += won.get() ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
      assertThat(endpoint.openUploads()).isZero();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void aListOfSeveralPages_isWholeAndInOrder() throws Exception {
    List<String> names =
        IntStream.range(0, 2_500).mapToObj(i -> "epochs/%05d".formatted(i)).toList();
    names.forEach(name -> endpoint.put("app/" + name, new byte[0]));
    endpoint.put("app/", new byte[0]);
    endpoint.put("app/epochs/", new byte[0]);
    endpoint.put("apple/epochs/00001", new byte[0]);

    assertThat(store.list("epochs/")).isEqualTo(names);
    assertThat(store.list("")).isEqualTo(names);
    assertThat(endpoint.requests("ListObjectsV2")).isEqualTo(6);
  }

  @Test
  void readsThatFail_areRepeated() throws Exception {
    endpoint.put("app/a", new byte[] {1, 2, 3});
    endpoint.fail("GetObject", Trouble.ERROR, 1);
    endpoint.fail("GetObject", Trouble.LOST_ANSWER, 1);
    endpoint.fail("HeadObject", Trouble.ERROR, 1);
    endpoint.fail("ListObjectsV2", Trouble.ERROR, 1);
    endpoint.fail("DeleteObject", Trouble.LOST_ANSWER, 1);

    assertThat(store.read("a", 1, 2)).containsExactly(2, 3);
    assertThat(store.size("a")).isEqualTo(3);
    assertThat(store.list("")).containsExactly("a");
    store.delete("a");
    assertThat(store.size("a")).isEqualTo(-1);
  }

  @Test
  void aServiceThatFailsForLong_isAnIoExceptionThatNamesTheObject() {
    for (String operation : List.of("GetObject", "HeadObject", "ListObjectsV2", "DeleteObject")) {
      endpoint.fail(operation, Trouble.ERROR, 4);
    }

    assertThatIOException()
        .isThrownBy(() -> store.read("a", 0, 1))
        .withMessageContaining("reading 'app/a' of the bucket 'bucket'");
    assertThatIOException().isThrownBy(() -> store.size("a")).withMessageContaining("'app/a'");
    assertThatIOException().isThrownBy(() -> store.list("a/")).withMessageContaining("'app/a/*'");
    assertThatIOException().isThrownBy(() -> store.delete("a")).withMessageContaining("'app/a'");
  }

  @Test
  void anAnswerThatComesTooLate_isAnIoException() throws Exception {
    S3Properties all = S3Stores.properties(endpoint.uri());
    S3Properties hasty =
        new S3Properties(
            all.bucket(),
            null,
            all.endpoint(),
            null,
            true,
            DataSize.ofMegabytes(5),
            DataSize.ofMegabytes(5),
            S3Properties.Encryption.NONE,
            null,
            Duration.ofSeconds(1),
            0,
            S3Properties.Checksums.WHEN_REQUIRED);
    try (SnapshotStore other = S3Stores.open(hasty, "hasty")) {
      endpoint.fail("PutObject", Trouble.SLOW, 1);

      assertThatIOException()
          .isThrownBy(() -> other.create("a", S3Stores.bytes(10)))
          .withMessageContaining("'hasty/a'");
      assertThat(other.create("a", S3Stores.bytes(10))).isFalse();
    }
  }
}

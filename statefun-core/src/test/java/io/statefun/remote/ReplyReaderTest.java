/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.statefun.engine.RemoteReply;
import io.statefun.engine.Retention;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.FromFunction;
import io.statefun.remote.protocol.FromFunction.ExpirationSpec;
import io.statefun.remote.protocol.FromFunction.InvocationResponse;
import io.statefun.remote.protocol.FromFunction.PersistedValueMutation;
import io.statefun.remote.protocol.FromFunction.PersistedValueSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What functions elsewhere reply, and what is refused of it. */
class ReplyReaderTest {

  private static final MessageTypes TYPES = MessageTypes.standard();
  private static final TypeName INT = TypeName.of("io.statefun.types", "int");
  private static final io.statefun.remote.protocol.Address TARGET =
      io.statefun.remote.protocol.Address.newBuilder()
          .setNamespace("ex")
          .setType("fn")
          .setId("a")
          .build();

  // What others write, byte for byte

  @Test
  void aStateThatIsMissingIsDeclared() throws Exception {
    assertThat(
            readHex(
                "aa06270a250a047365656e1206080210e0d4031a15696f2e737461746566756e2e74797065732f696e"
                    + "74"))
        .isEqualTo(
            new RemoteReply.Incomplete(
                List.of(
                    new RemoteReply.Declared(
                        "seen",
                        INT,
                        new Retention(Retention.Mode.AFTER_ACCESS, Duration.ofMinutes(1))))));
  }

  @Test
  void aStateIsChanged() throws Exception {
    assertThat(
            readHex(
                "a2062c0a2a080112047365656e1a200a15696f2e737461746566756e2e74797065732f696e7410011a"
                    + "050d01000000"))
        .isEqualTo(done(new RemoteReply.Mutation("seen", TYPES.wrap(1))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a20600"})
  void aReplyWithoutEffectsAndOneWithoutBytesSayTheSame(String body) throws Exception {
    assertThat(readHex(body)).isEqualTo(RemoteReply.Done.NOTHING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1805", "0d01020304", "9a0603010203", "98060198060298060a"})
  void bytesThatSayNothingThatIsKnownAreNoReply(String body) {
    assertThatExceptionOfType(InvalidReplyException.class)
        .isThrownBy(() -> readHex(body))
        .withMessageContaining("neither a result nor");
  }

  @Test
  void aDelayedMessageIsCancelled() throws Exception {
    assertThat(readHex("a206081a0650015a027431"))
        .isEqualTo(later(new RemoteReply.Delayed(Duration.ZERO, null, "t1")));
  }

  @Test
  void aMessageIsDelayed() throws Exception {
    assertThat(
            readHex(
                "a206361a3408e807120b0a0265781202666e1a01611a1e0a16696f2e737461746566756e2e74797065"
                    + "732f626f6f6c10011a0208015a027431"))
        .isEqualTo(
            later(
                new RemoteReply.Delayed(
                    Duration.ofSeconds(1),
                    new RemoteReply.Outgoing(Address.of("ex/fn", "a"), TYPES.wrap(true)),
                    "t1")));
  }

  // What others write in their own way

  @Test
  void aMissingKindOfChangeMeansThatTheStateIsRemoved() throws Exception {
    assertThat(read(change(one -> one.setStateName("seen"))))
        .isEqualTo(done(new RemoteReply.Mutation("seen", null)));
  }

  @Test
  void aStateMaySayNothingOfTheTypeOfItsValue() throws Exception {
    TypedValue untold =
        TypedValue.ofBytes(RemoteReply.Mutation.UNTOLD, new byte[] {13, 1, 0, 0, 0});
    assertThat(
            read(
                change(
                    one ->
                        one.setMutationTypeValue(1)
                            .setStateName("seen")
                            .getStateValueBuilder()
                            .setHasValue(true)
                            .setValue(ByteString.copyFrom(untold.bytes())))))
        .isEqualTo(done(new RemoteReply.Mutation("seen", untold)));
  }

  @Test
  void aValueOfNoBytesIsAValue() throws Exception {
    assertThat(
            read(
                change(
                    one ->
                        one.setMutationTypeValue(1).setStateName("seen").setStateValue(value(0)))))
        .isEqualTo(done(new RemoteReply.Mutation("seen", TYPES.wrap(0))));
  }

  @Test
  void aMessageWithoutValueIsReadAsOneOfNoBytes() throws Exception {
    FromFunction reply =
        result(
            all ->
                all.addOutgoingMessagesBuilder()
                    .setTarget(TARGET)
                    .getArgumentBuilder()
                    .setTypename("io.statefun.types/string"));
    assertThat(((RemoteReply.Done) read(reply)).messages())
        .containsExactly(new RemoteReply.Outgoing(Address.of("ex/fn", "a"), TYPES.wrap("")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 77})
  void aStateWithoutOrWithAnUnknownExpirationLastsForever(int mode) throws Exception {
    assertThat(
            read(
                declaration(
                    ExpirationSpec.newBuilder()
                        .setModeValue(mode)
                        .setExpireAfterMillis(-5)
                        .build())))
        .isEqualTo(
            new RemoteReply.Incomplete(
                List.of(new RemoteReply.Declared("seen", INT, Retention.FOREVER))));
  }

  @Test
  void aStateExpiresAfterItsLastChange() throws Exception {
    assertThat(
            read(
                declaration(
                    ExpirationSpec.newBuilder()
                        .setMode(ExpirationSpec.ExpireMode.AFTER_WRITE)
                        .setExpireAfterMillis(1)
                        .build())))
        .isEqualTo(
            new RemoteReply.Incomplete(
                List.of(
                    new RemoteReply.Declared(
                        "seen",
                        INT,
                        new Retention(Retention.Mode.AFTER_WRITE, Duration.ofMillis(1))))));
  }

  @Test
  void aStateOfNoTypeIsOfTheTypeThatSaysSo() throws Exception {
    FromFunction.Builder reply = FromFunction.newBuilder();
    reply.getIncompleteInvocationContextBuilder().addMissingValuesBuilder().setStateName("seen");
    assertThat(((RemoteReply.Incomplete) read(reply.build())).missing())
        .extracting(RemoteReply.Declared::valueType)
        .containsExactly(TypeName.of("io.statefun.types", "unset"));
  }

  @Test
  void effectsOfEachKindKeepTheirOrder() throws Exception {
    RemoteReply.Done reply =
        (RemoteReply.Done)
            read(
                result(
                    all -> {
                      for (int i = 0; i < 3; i++) {
                        all.addOutgoingMessagesBuilder().setTarget(TARGET).setArgument(value(i));
                        all.addDelayedInvocationsBuilder()
                            .setDelayInMs(i)
                            .setTarget(TARGET)
                            .setArgument(value(i));
                        all.addOutgoingEgressesBuilder()
                            .setEgressNamespace("ex")
                            .setEgressType("out")
                            .setArgument(value(i));
                      }
                    }));

    List<TypedValue> inOrder = List.of(TYPES.wrap(0), TYPES.wrap(1), TYPES.wrap(2));
    assertThat(reply.messages())
        .extracting(RemoteReply.Outgoing::value)
        .containsExactlyElementsOf(inOrder);
    assertThat(reply.delayed())
        .extracting(RemoteReply.Delayed::delay)
        .containsExactly(Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(2));
    assertThat(reply.records())
        .extracting(record -> record.value())
        .containsExactlyElementsOf(inOrder);
  }

  @Test
  void fieldsOfANewerProtocolAreIgnored() throws Exception {
    UnknownFieldSet newer =
        UnknownFieldSet.newBuilder()
            .addField(
                4711,
                UnknownFieldSet.Field.newBuilder()
                    .addVarint(7)
                    .addFixed32(7)
                    .addFixed64(7)
                    .addLengthDelimited(ByteString.copyFromUtf8("new"))
                    .addGroup(UnknownFieldSet.getDefaultInstance())
                    .build())
            .build();
    FromFunction.Builder reply =
        change(one -> one.setStateName("seen").setUnknownFields(newer)).toBuilder()
            .setUnknownFields(newer);
    reply.getInvocationResultBuilder().setUnknownFields(newer);

    assertThat(read(reply.build())).isEqualTo(done(new RemoteReply.Mutation("seen", null)));
  }

  @Test
  void ofTwoAnswersInOneReplyTheLastCounts() throws Exception {
    byte[] first = change(one -> one.setStateName("seen")).toByteArray();
    byte[] second = declaration(ExpirationSpec.getDefaultInstance()).toByteArray();

    assertThat(ReplyReader.read(concat(first, second))).isInstanceOf(RemoteReply.Incomplete.class);
    assertThat(ReplyReader.read(concat(second, first)))
        .isEqualTo(done(new RemoteReply.Mutation("seen", null)));
    assertThat(ReplyReader.read(concat(first, second, first)))
        .isEqualTo(done(new RemoteReply.Mutation("seen", null)));
  }

  // What is refused

  @Test
  void anUnknownKindOfChangeIsRefused() {
    assertRefused(
        change(one -> one.setMutationTypeValue(7).setStateName("seen")),
        "state 'seen' is changed in the unknown way 7");
  }

  @Test
  void twoChangesOfOneStateAreRefused() {
    assertRefused(
        result(
            all -> {
              all.addStateMutationsBuilder().setStateName("seen");
              all.addStateMutationsBuilder().setStateName("seen");
            }),
        "state 'seen' is changed twice");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
  void aDelayIntoThePastOrBeyondAllTimeIsRefused(long delay) {
    assertRefused(
        result(
            all ->
                all.addDelayedInvocationsBuilder()
                    .setDelayInMs(delay)
                    .setTarget(TARGET)
                    .setArgument(value(1))),
        "delayed by " + delay + " ms");
  }

  @Test
  void aCancellationWithoutTokenIsRefused() {
    assertRefused(
        result(all -> all.addDelayedInvocationsBuilder().setIsCancellationRequest(true)),
        "a cancellation has no token");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MAX_VALUE})
  void aStateThatExpiresAtOnceOrBeyondAllTimeIsRefused(long millis) {
    assertRefused(
        declaration(
            ExpirationSpec.newBuilder()
                .setMode(ExpirationSpec.ExpireMode.AFTER_WRITE)
                .setExpireAfterMillis(millis)
                .build()),
        "state 'seen' expires after " + millis + " ms");
  }

  @ParameterizedTest
  @CsvSource({"'',fn", "ex,''", "e/x,fn", "ex,'f\n'"})
  void aMessageToNoFunctionIsRefused(String namespace, String type) {
    assertRefused(
        result(
            all ->
                all.addOutgoingMessagesBuilder()
                    .setArgument(value(1))
                    .getTargetBuilder()
                    .setNamespace(namespace)
                    .setType(type)),
        "a name in it is not valid");
    assertRefused(
        result(
            all ->
                all.addOutgoingEgressesBuilder()
                    .setArgument(value(1))
                    .setEgressNamespace(namespace)
                    .setEgressType(type)),
        "a name in it is not valid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "int", "/int", "types/", "a/b/c"})
  void aMessageWithoutATypeIsRefused(String type) {
    assertRefused(
        result(
            all ->
                all.addOutgoingMessagesBuilder()
                    .setTarget(TARGET)
                    .getArgumentBuilder()
                    .setTypename(type)
                    .setHasValue(true)),
        "'" + type + "' is not a type name");
  }

  @Test
  void aBodyThatEndsTooEarlyIsRefused() {
    byte[] whole =
        result(all -> all.addOutgoingMessagesBuilder().setTarget(TARGET).setArgument(value("abc")))
            .toByteArray();
    for (int length = 1; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatExceptionOfType(InvalidReplyException.class)
          .as("%s bytes", length)
          .isThrownBy(() -> ReplyReader.read(cut))
          .withMessageContaining("no message of the protocol");
    }
  }

  @Test
  void manyPiecesInFewBytesAreRefused() {
    int count = ReplyReader.MAX_PIECES + 1;
    for (int field : new int[] {1, 2, 3, 4, 15}) {
      byte[] pieces = new byte[2 * count];
      for (int i = 0; i < count; i++) {
        pieces[2 * i] = (byte) (field << 3 | 2);
      }
      for (int arm = 100; arm <= 101; arm++) {
        if (field == 15 || arm == 101 && field == 1) {
          FromFunction reply =
              FromFunction.newBuilder()
                  .setUnknownFields(
                      UnknownFieldSet.newBuilder()
                          .addField(
                              arm,
                              UnknownFieldSet.Field.newBuilder()
                                  .addLengthDelimited(ByteString.copyFrom(pieces))
                                  .build())
                          .build())
                  .build();
          assertRefused(reply, "more than " + ReplyReader.MAX_PIECES);
        }
      }
    }
    assertRefused(
        result(
            all -> {
              for (int i = 0; i < count; i++) {
                all.addOutgoingMessagesBuilder().setTarget(TARGET).setArgument(value(1));
              }
            }),
        "more than " + ReplyReader.MAX_PIECES);
  }

  @Test
  void theMostPiecesAreTaken() throws Exception {
    RemoteReply reply =
        read(
            result(
                all -> {
                  for (int i = 0; i < ReplyReader.MAX_PIECES; i++) {
                    all.addOutgoingMessagesBuilder().setTarget(TARGET).setArgument(value(1));
                  }
                }));

    assertThat(((RemoteReply.Done) reply).messages()).hasSize(ReplyReader.MAX_PIECES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a006", "a50600000000", "a10600000000", "a806", "a306a406", "a406"})
  void anAnswerOfAnotherWireTypeIsRefused(String body) {
    assertRefused(HexFormat.of().parseHex(body), "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ff",
        "00",
        "a206ffffffff0f",
        "a2060fa206",
        "a20602faff",
        "deadbeef",
        "3c68746d6c"
      })
  void garbageIsRefused(String body) {
    assertRefused(HexFormat.of().parseHex(body), "");
  }

  @Test
  void groupsWithinGroupsAreRefusedBeforeTheStackOverflows() {
    byte[] opened = new byte[1_000_000];
    Arrays.fill(opened, (byte) (1 << 3 | 3));

    assertRefused(opened, "no message of the protocol");
  }

  private static void assertRefused(FromFunction reply, String why) {
    assertRefused(reply.toByteArray(), why);
  }

  private static void assertRefused(byte[] body, String why) {
    assertThatExceptionOfType(InvalidReplyException.class)
        .isThrownBy(() -> ReplyReader.read(body))
        .withMessageContaining(why)
        .satisfies(refused -> assertThat(refused.getMessage()).isNotBlank());
  }

  private static RemoteReply readHex(String body) throws InvalidReplyException {
    return ReplyReader.read(HexFormat.of().parseHex(body));
  }

  private static RemoteReply read(FromFunction reply) throws InvalidReplyException {
    return ReplyReader.read(reply.toByteArray());
  }

  private static FromFunction result(Consumer<InvocationResponse.Builder> effects) {
    InvocationResponse.Builder result = InvocationResponse.newBuilder();
    effects.accept(result);
    return FromFunction.newBuilder().setInvocationResult(result).build();
  }

  private static FromFunction change(Consumer<PersistedValueMutation.Builder> change) {
    return result(all -> change.accept(all.addStateMutationsBuilder()));
  }

  private static FromFunction declaration(ExpirationSpec expiration) {
    FromFunction.Builder reply = FromFunction.newBuilder();
    reply
        .getIncompleteInvocationContextBuilder()
        .addMissingValues(
            PersistedValueSpec.newBuilder()
                .setStateName("seen")
                .setTypeTypename(INT.toString())
                .setExpirationSpec(expiration));
    return reply.build();
  }

  private static io.statefun.remote.protocol.TypedValue value(Object value) {
    TypedValue typed = TYPES.wrap(value);
    return io.statefun.remote.protocol.TypedValue.newBuilder()
        .setTypename(typed.typeName().toString())
        .setHasValue(true)
        .setValue(ByteString.copyFrom(typed.bytes()))
        .build();
  }

  private static RemoteReply.Done done(RemoteReply.Mutation... changes) {
    return new RemoteReply.Done(List.of(changes), List.of(), List.of(), List.of());
  }

  private static RemoteReply.Done later(RemoteReply.Delayed delayed) {
    return new RemoteReply.Done(List.of(), List.of(), List.of(delayed), List.of());
  }

  private static byte[] concat(byte[]... parts) {
    ByteString all = ByteString.EMPTY;
    for (byte[] part : parts) {
      all = all.concat(ByteString.copyFrom(part));
    }
    return all.toByteArray();
  }
}

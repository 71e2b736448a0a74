/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.statefun.engine.FailurePolicy;
import io.statefun.function.AsyncResult;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each mistake that an author can make, with the text that says what is wrong. */
class StartUpMistakesTest {

  record Opened(String by) {}

  sealed interface Event {}

  sealed interface Left extends Event {}

  sealed interface Right extends Event {}

  record Both(int value) implements Left, Right {}

  private static InvalidFunctionException mistakeOf(Object bean) {
    return mistakeOf(bean.getClass(), bean);
  }

  private static InvalidFunctionException mistakeOf(Class<?> type, Object bean) {
    InvalidFunctionException mistake =
        catchThrowableOfType(
            InvalidFunctionException.class,
            () ->
                AnnotatedFunction.bind(type, bean, MessageTypes.standard(), FailurePolicy.DEFAULT));
    assertThat(mistake).isNotNull();
    assertThat(mistake)
        .hasMessageContaining(mistake.description())
        .hasMessageContaining(mistake.action());
    assertThat(mistake.description()).contains(StartUpMistakesTest.class.getName());
    return mistake;
  }

  private static String in(Class<?> type, String method) {
    return type.getName() + "." + method;
  }

  // ---------------------------------------------------------------------------------------- class

  static class NotAnnotated {
    @MessageHandler
    void on(Opened message) {}
  }

  @Test
  void classWithoutAnnotation() {
    InvalidFunctionException mistake = mistakeOf(new NotAnnotated());

    assertThat(mistake.description())
        .isEqualTo(NotAnnotated.class.getName() + " is not annotated with @StatefulFunction.");
    assertThat(mistake.action()).contains("@StatefulFunction(\"namespace/name\")");
  }

  @StatefulFunction("user")
  static class BadlyNamed {
    @MessageHandler
    void on(Opened message) {}
  }

  @Test
  void typeNameWithoutNamespace() {
    assertThat(mistakeOf(new BadlyNamed()).description())
        .contains("'user'")
        .contains("namespace/name");
  }

  @StatefulFunction(value = "test/user", aliases = "person")
  static class BadAlias {
    @MessageHandler
    void on(Opened message) {}
  }

  @StatefulFunction(
      value = "test/user",
      aliases = {"test/person", "test/person"})
  static class TwiceTheSameAlias {
    @MessageHandler
    void on(Opened message) {}
  }

  @StatefulFunction(value = "test/user", aliases = "test/user")
  static class OwnNameAsAlias {
    @MessageHandler
    void on(Opened message) {}
  }

  @Test
  void aliasesThatAreNone() {
    assertThat(mistakeOf(new BadAlias()).description())
        .contains("'person'")
        .contains("namespace/name");
    assertThat(mistakeOf(new TwiceTheSameAlias()).description())
        .isEqualTo(
            TwiceTheSameAlias.class.getName()
                + " has the function type name 'test/person' more than once.");
    assertThat(mistakeOf(new OwnNameAsAlias()).action()).contains("not the one that it has");
  }

  @StatefulFunction("test/stale-name")
  static class OldStateNameInUse {
    @MessageHandler
    void on(Opened message, @State(value = "sum", aliases = "total") ValueState<Long> sum) {}

    @MessageHandler
    void on(Long message, @State("total") ValueState<Long> sum) {}
  }

  @StatefulFunction("test/two-aliases")
  static class DifferentStateAliases {
    @MessageHandler
    void on(Opened message, @State(value = "sum", aliases = "total") ValueState<Long> sum) {}

    @MessageHandler
    void on(Long message, @State(value = "sum", aliases = "amount") ValueState<Long> sum) {}
  }

  @StatefulFunction("test/bad-alias")
  static class BadStateAlias {
    @MessageHandler
    void on(Opened message, @State(value = "sum", aliases = "the sum") ValueState<Long> sum) {}
  }

  @Test
  void aliasesOfStatesThatAreNone() {
    InvalidFunctionException stale = mistakeOf(new OldStateNameInUse());
    assertThat(stale.description())
        .contains("The state 'sum'")
        .contains("the alias 'total', which is also the name of another state");
    assertThat(stale.action()).contains("Name the state 'sum' in all handlers");
    assertThat(mistakeOf(new DifferentStateAliases()).description())
        .contains("the aliases [")
        .contains("[total]")
        .contains("[amount]");
    assertThat(mistakeOf(new BadStateAlias()).description())
        .contains("The state 'the sum'")
        .contains("invalid name");
  }

  @StatefulFunction("test/empty")
  static class WithoutHandler {
    void on(Opened message) {}
  }

  @Test
  void classWithoutHandler() {
    assertThat(mistakeOf(new WithoutHandler()).description())
        .isEqualTo(WithoutHandler.class.getName() + " has no handler.");
  }

  @StatefulFunction("test/abstract")
  abstract static class Abstract {
    @MessageHandler
    void on(Opened message) {}
  }

  static class Concrete extends Abstract {}

  @Test
  void abstractClass() {
    assertThat(mistakeOf(Abstract.class, new Concrete()).description())
        .isEqualTo(Abstract.class.getName() + " is an abstract class, which cannot be a function.");
  }

  @StatefulFunction("test/interface")
  interface Contract {
    @MessageHandler
    void on(Opened message);
  }

  @Test
  void interfaceAsFunction() {
    Contract lambda = message -> {};

    assertThat(mistakeOf(Contract.class, lambda).description()).contains("is an interface");
  }

  @StatefulFunction("test/enum")
  enum Constant {
    ONE;

    @MessageHandler
    void on(Opened message) {}
  }

  @Test
  void enumAsFunction() {
    assertThat(mistakeOf(Constant.ONE).description()).contains("is an enum");
  }

  // --------------------------------------------------------------------------------------- method

  @StatefulFunction("test/static")
  static class StaticHandler {
    @MessageHandler
    static void on(Opened message) {}
  }

  @Test
  void staticHandler() {
    assertThat(mistakeOf(new StaticHandler()).description())
        .isEqualTo("The handler " + in(StaticHandler.class, "on(Opened)") + " is static.");
  }

  @StatefulFunction("test/returning")
  static class Returning {
    @MessageHandler
    String on(Opened message) {
      return message.by();
    }
  }

  @Test
  void handlerThatReturnsAValue() {
    InvalidFunctionException mistake = mistakeOf(new Returning());

    assertThat(mistake.description())
        .contains(in(Returning.class, "on(Opened)"))
        .contains("returns java.lang.String");
    assertThat(mistake.action()).contains("Context.reply");
  }

  @StatefulFunction("test/generic")
  static class GenericHandler {
    @MessageHandler
    <T> void on(Opened message, @State("s") ValueState<T> state) {}
  }

  @Test
  void handlerWithTypeParameters() {
    assertThat(mistakeOf(new GenericHandler()).description())
        .contains("has type parameters of its own");
  }

  @StatefulFunction("test/base")
  static class Base {
    @MessageHandler
    void on(Opened message) {}
  }

  @StatefulFunction("test/overriding")
  static class Overriding extends Base {
    @Override
    void on(Opened message) {}
  }

  @Test
  void overriddenHandlerWithoutAnnotation() {
    assertThat(mistakeOf(new Overriding()).description())
        .isEqualTo(
            in(Overriding.class, "on(Opened)")
                + " overrides the handler "
                + in(Base.class, "on(Opened)")
                + ", but is not a handler itself.");
  }

  // ------------------------------------------------------------------------------------- messages

  @StatefulFunction("test/none")
  static class WithoutMessage {
    @MessageHandler
    void on(Context context) {}
  }

  @Test
  void handlerWithoutMessage() {
    assertThat(mistakeOf(new WithoutMessage()).description())
        .isEqualTo("The handler " + in(WithoutMessage.class, "on(Context)") + " takes no message.");
  }

  @StatefulFunction("test/two")
  static class TwoMessages {
    @MessageHandler
    void on(Opened message, String other) {}
  }

  @Test
  void handlerWithTwoMessages() {
    assertThat(mistakeOf(new TwoMessages()).description())
        .contains(in(TwoMessages.class, "on(Opened, String)"))
        .contains("takes several messages: " + Opened.class.getTypeName() + ", java.lang.String");
  }

  @StatefulFunction("test/both")
  static class MessageAndResult {
    @MessageHandler
    void on(Opened message, AsyncResult<Opened, String> result) {}
  }

  @Test
  void handlerWithMessageAndAsyncResult() {
    assertThat(mistakeOf(new MessageAndResult()).description()).contains("takes several messages");
  }

  @StatefulFunction("test/unknown")
  static class UnknownParameter {
    @MessageHandler
    void on(Opened message, Runnable callback) {}
  }

  @Test
  void parameterThatNobodyCanPass() {
    assertThat(mistakeOf(new UnknownParameter()).description())
        .contains(in(UnknownParameter.class, "on(Opened, Runnable)"))
        .contains("a parameter java.lang.Runnable that is neither a message");
  }

  @StatefulFunction("test/unusable")
  static class UnusableMessage {
    @MessageHandler
    void on(List<String> message) {}
  }

  @Test
  void messageThatCannotBeSent() {
    assertThat(mistakeOf(new UnusableMessage()).description())
        .contains(in(UnusableMessage.class, "on(List)"))
        .contains("it is generic")
        .contains("Wrap it in a record");
  }

  @StatefulFunction("test/variable")
  static class Unresolved<T> {
    @MessageHandler
    void on(T message) {}
  }

  @Test
  void messageOfAnUnknownTypeParameter() {
    assertThat(mistakeOf(new Unresolved<Opened>()).description())
        .contains("takes messages of T, of which nobody knows what class it is");
  }

  @StatefulFunction("test/raw")
  static class RawResult {
    @MessageHandler
    @SuppressWarnings("rawtypes")
    void on(AsyncResult result) {}
  }

  @Test
  void rawAsyncResult() {
    assertThat(mistakeOf(new RawResult()).description())
        .contains("takes an AsyncResult without the class of its request");
  }

  @StatefulFunction("test/wild")
  static class WildResult {
    @MessageHandler
    void on(AsyncResult<?, String> result) {}
  }

  @Test
  void asyncResultOfAnyRequest() {
    assertThat(mistakeOf(new WildResult()).description())
        .contains("takes an AsyncResult without the class of its request");
  }

  @StatefulFunction("test/twice")
  static class TwoHandlers {
    @MessageHandler
    void first(Opened message) {}

    @MessageHandler
    void second(Opened message, Context context) {}
  }

  @Test
  void twoHandlersForOneType() {
    assertThat(mistakeOf(new TwoHandlers()).description())
        .contains(in(TwoHandlers.class, "first(Opened)"))
        .contains(in(TwoHandlers.class, "second(Opened, Context)"))
        .contains("both take messages of " + Opened.class.getTypeName());
  }

  @StatefulFunction("test/bytes")
  static class TwoHandlersForBytes {
    @MessageHandler
    void first(byte[] message) {}

    @MessageHandler
    void second(ByteString message) {}
  }

  @Test
  void twoHandlersForOneTypeName() {
    assertThat(mistakeOf(new TwoHandlersForBytes()).description())
        .contains("first(byte[])")
        .contains("second(ByteString)")
        .contains("io.statefun.types/bytes");
  }

  @StatefulFunction("test/any")
  static class TwoFallbacks {
    @MessageHandler
    void first(TypedValue message) {}

    @MessageHandler
    void second(TypedValue message) {}
  }

  @Test
  void twoHandlersForAllOtherTypes() {
    assertThat(mistakeOf(new TwoFallbacks()).description())
        .contains("both take messages of io.statefun.message.TypedValue");
  }

  @StatefulFunction("test/results")
  static class TwoResults {
    @MessageHandler
    void first(AsyncResult<Opened, String> result) {}

    @MessageHandler
    void second(AsyncResult<Opened, Long> result) {}
  }

  @Test
  void twoHandlersForOneRequest() {
    assertThat(mistakeOf(new TwoResults()).description()).contains("both take messages of");
  }

  @StatefulFunction("test/ambiguous")
  static class Ambiguous {
    @MessageHandler
    void left(Left message) {}

    @MessageHandler
    void right(Right message) {}

    @MessageHandler
    void event(Event message) {}
  }

  @Test
  void twoHandlersOfWhichNoneIsMoreSpecific() {
    assertThat(mistakeOf(new Ambiguous()).description())
        .contains("both take messages of " + Both.class.getName())
        .contains("neither is more specific");
  }

  // --------------------------------------------------------------------------------------- states

  @StatefulFunction("test/s1")
  static class StateWithoutAnnotation {
    @MessageHandler
    void on(Opened message, ValueState<String> state) {}
  }

  @Test
  void stateWithoutAnnotation() {
    assertThat(mistakeOf(new StateWithoutAnnotation()).description())
        .contains(in(StateWithoutAnnotation.class, "on(Opened, ValueState)"))
        .contains("without @State");
  }

  @StatefulFunction("test/s2")
  static class AnnotationOnAnotherType {
    @MessageHandler
    void on(Opened message, @State("s") String state) {}
  }

  @Test
  void annotationOnSomethingElse() {
    assertThat(mistakeOf(new AnnotationOnAnotherType()).description())
        .contains("a parameter java.lang.String with @State, which is no state");
  }

  @StatefulFunction("test/s3")
  static class RawState {
    @MessageHandler
    @SuppressWarnings("rawtypes")
    void on(Opened message, @State("s") ValueState state) {}
  }

  @Test
  void rawState() {
    assertThat(mistakeOf(new RawState()).description())
        .contains("The state 's'")
        .contains("does not say of which class its values are");
  }

  @StatefulFunction("test/s4")
  static class WildcardState {
    @MessageHandler
    void on(Opened message, @State("s") MapState<String, ? extends Number> state) {}
  }

  @Test
  void wildcardState() {
    assertThat(mistakeOf(new WildcardState()).description())
        .contains("MapState<java.lang.String, ? extends java.lang.Number>")
        .contains("does not say of which class its values are");
  }

  @StatefulFunction("test/s5")
  static class UnusableState {
    @MessageHandler
    void on(Opened message, @State("s") ListState<List<String>> state) {}
  }

  @Test
  void stateOfATypeThatCannotBeStored() {
    assertThat(mistakeOf(new UnusableState()).description())
        .contains("The state 's'")
        .contains("cannot be stored")
        .contains("java.util.List");
  }

  @StatefulFunction("test/s6")
  static class InvalidStateName {
    @MessageHandler
    void on(Opened message, @State("my-state") ValueState<String> state) {}
  }

  @Test
  void invalidStateName() {
    assertThat(mistakeOf(new InvalidStateName()).description())
        .contains("The state 'my-state'")
        .contains("invalid name");
  }

  @StatefulFunction("test/s7")
  static class DifferentTypes {
    @MessageHandler
    void first(Opened message, @State("s") ValueState<String> state) {}

    @MessageHandler
    void second(String message, @State("s") ValueState<Long> state) {}
  }

  @Test
  void oneStateWithTwoTypes() {
    assertThat(mistakeOf(new DifferentTypes()).description())
        .contains("a value of java.lang.String that never expires in the handler")
        .contains("a value of java.lang.Long that never expires in the handler")
        .contains("first(")
        .contains("second(");
  }

  @StatefulFunction("test/s8")
  static class DifferentKinds {
    @MessageHandler
    void first(
        Opened message, @State("s") ValueState<String> state, @State("s") ListState<String> all) {}
  }

  @Test
  void oneStateOfTwoKinds() {
    assertThat(mistakeOf(new DifferentKinds()).description())
        .contains("a value of java.lang.String")
        .contains("a list of java.lang.String");
  }

  @StatefulFunction("test/s9")
  static class DifferentRetentions {
    @MessageHandler
    void first(Opened message, @State("s") ValueState<String> state) {}

    @MessageHandler
    void second(
        String message, @State(value = "s", expireAfterWrite = "1h") ValueState<String> state) {}
  }

  @Test
  void oneStateWithTwoRetentions() {
    assertThat(mistakeOf(new DifferentRetentions()).description())
        .contains("that never expires")
        .contains("that expires PT1H after it was written");
  }

  @StatefulFunction("test/r1")
  static class BadDuration {
    @MessageHandler
    void on(
        Opened message,
        @State(value = "s", expireAfterWrite = "3 weeks") ValueState<String> state) {}
  }

  @Test
  void retentionThatIsNoDuration() {
    InvalidFunctionException mistake = mistakeOf(new BadDuration());

    assertThat(mistake.description()).contains("'3 weeks'").contains("The state 's'");
    assertThat(mistake.action()).contains("30d, 12h, 15m, 10s, 500ms or PT10M");
  }

  @StatefulFunction("test/r2")
  static class NoTime {
    @MessageHandler
    void on(
        Opened message, @State(value = "s", expireAfterAccess = "0s") ValueState<String> state) {}
  }

  @Test
  void retentionOfNoTime() {
    assertThat(mistakeOf(new NoTime()).description()).contains("at least one millisecond");
  }

  @StatefulFunction("test/r3")
  static class BothRetentions {
    @MessageHandler
    void on(
        Opened message,
        @State(value = "s", expireAfterWrite = "1d", expireAfterAccess = "1h")
            ValueState<String> state) {}
  }

  @Test
  void bothRetentions() {
    assertThat(mistakeOf(new BothRetentions()).description())
        .contains("has both expireAfterWrite and expireAfterAccess");
  }

  @StatefulFunction("test/r4")
  static class AccessRetentionOfAMap {
    @MessageHandler
    void on(
        Opened message,
        @State(value = "s", expireAfterAccess = "1h") MapState<String, String> state) {}
  }

  @Test
  void accessRetentionOfAMap() {
    assertThat(mistakeOf(new AccessRetentionOfAMap()).description())
        .contains("is a MapState with expireAfterAccess");
  }

  @StatefulFunction("test/r5")
  static class AccessRetentionOfAList {
    @MessageHandler
    void on(
        Opened message, @State(value = "s", expireAfterAccess = "1h") ListState<String> state) {}
  }

  @Test
  void accessRetentionOfAList() {
    assertThat(mistakeOf(new AccessRetentionOfAList()).description())
        .contains("is a ListState with expireAfterAccess");
  }

  // ------------------------------------------------------------------------------------- failures

  @StatefulFunction("test/f1")
  @OnFailure(maxAttempts = 0)
  static class NoAttempt {
    @MessageHandler
    void on(Opened message) {}
  }

  @Test
  void noAttempt() {
    assertThat(mistakeOf(new NoAttempt()).description()).contains("maxAttempts is 0");
  }

  @StatefulFunction("test/f2")
  @OnFailure(multiplier = 0.5)
  static class ShrinkingPauses {
    @MessageHandler
    void on(Opened message) {}
  }

  @Test
  void multiplierBelowOne() {
    assertThat(mistakeOf(new ShrinkingPauses()).description()).contains("multiplier is 0.5");
  }

  @StatefulFunction("test/f3")
  @OnFailure(initialBackoff = "soon")
  static class BadBackoff {
    @MessageHandler
    void on(Opened message) {}
  }

  @Test
  void backoffThatIsNoDuration() {
    assertThat(mistakeOf(new BadBackoff()).description())
        .contains("initialBackoff")
        .contains("'soon'");
  }

  @StatefulFunction("test/f4")
  @OnFailure(initialBackoff = "5m")
  static class LongFirstPause {
    @MessageHandler
    void on(Opened message) {}
  }

  @Test
  void longestPauseBelowTheFirst() {
    assertThat(mistakeOf(new LongFirstPause()).description())
        .contains("maxBackoff, which is 1m, is shorter than initialBackoff, which is 5m");
  }
}

/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.statefun.engine.FailurePolicy;
import io.statefun.engine.FunctionInvoker;
import io.statefun.function.AsyncResult;
import io.statefun.function.MessageHandler;
import io.statefun.function.QueryHandler;
import io.statefun.function.StatefulFunction;
import io.statefun.message.MessageType;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypedValue;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a handler of queries may look like, and the mistakes that its author can make. */
class QueryBindingTest {

  private final MessageTypes types = MessageTypes.standard();

  record Get(int value) {}

  record Set(int value) {}

  record Answer(int value) {}

  sealed interface Request {}

  record Read() implements Request {}

  record Write() implements Request {}

  private FunctionInvoker bind(Object bean) {
    return AnnotatedFunction.bind(bean, types, FailurePolicy.DEFAULT);
  }

  private InvalidFunctionException mistakeOf(Object bean) {
    InvalidFunctionException mistake =
        catchThrowableOfType(InvalidFunctionException.class, () -> bind(bean));
    assertThat(mistake).isNotNull();
    return mistake;
  }

  private Object answer(Object bean, Object query) throws Exception {
    return bind(bean).query(new FakeInvocation(types.wrap(query), null));
  }

  @StatefulFunction("test/good")
  static class Good {
    @QueryHandler
    private Answer on(Get query) {
      return new Answer(query.value() + 1);
    }

    @MessageHandler
    void on(Set message) {}
  }

  @Test
  void whatTheMethodReturnsIsTheAnswer() throws Exception {
    assertThat(answer(new Good(), new Get(6))).isEqualTo(new Answer(7));
  }

  @Test
  void queriesAreAmongTheMessagesAndToldApart() {
    FunctionInvoker function = bind(new Good());

    assertThat(function.messageTypes())
        .extracting(MessageType::javaType)
        .containsExactlyInAnyOrder(List.<Class<?>>of(Get.class, Set.class).toArray(Class[]::new));
    assertThat(function.queryTypes())
        .extracting(MessageType::javaType)
        .containsExactly(List.<Class<?>>of(Get.class).toArray(Class[]::new));
  }

  @StatefulFunction("test/nothing")
  static class AnswersNull {
    @QueryHandler
    @Nullable Answer on(Get query) {
      return null;
    }
  }

  @Test
  void nullIsNoAnswer() {
    assertThat(
            catchThrowableOfType(
                IllegalStateException.class, () -> answer(new AnswersNull(), new Get(1))))
        .hasMessageContaining("with null");
  }

  @StatefulFunction("test/void")
  static class AnswersNothing {
    @QueryHandler
    void on(Get query) {}
  }

  @Test
  void aQueryNeedsAnAnswer() {
    assertThat(mistakeOf(new AnswersNothing()).description())
        .endsWith("AnswersNothing.on(Get) has @QueryHandler, but returns nothing.");
  }

  @StatefulFunction("test/later")
  static class AnswersLater {
    @QueryHandler
    CompletableFuture<Answer> on(Get query) {
      return new CompletableFuture<>();
    }
  }

  @Test
  void anAnswerCannotComeLater() {
    InvalidFunctionException mistake = mistakeOf(new AnswersLater());

    assertThat(mistake.description()).contains("returns java.util.concurrent.CompletableFuture");
    assertThat(mistake.action()).contains("Context.async");
  }

  @StatefulFunction("test/unknown")
  static class AnswersWhatCannotBeWritten {
    @QueryHandler
    Thread on(Get query) {
      return Thread.currentThread();
    }
  }

  @Test
  void anAnswerNeedsATypeThatIsKnown() {
    assertThat(mistakeOf(new AnswersWhatCannotBeWritten()).description())
        .contains("answers queries with java.lang.Thread");
  }

  @StatefulFunction("test/both")
  static class Both {
    @QueryHandler
    @MessageHandler
    Answer on(Get query) {
      return new Answer(1);
    }
  }

  @Test
  void aMethodIsEitherForQueriesOrForMessages() {
    assertThat(mistakeOf(new Both()).description())
        .contains("both @QueryHandler and @MessageHandler");
  }

  @StatefulFunction("test/end")
  static class OfAsyncResult {
    @QueryHandler
    Answer on(AsyncResult<Get, Answer> query) {
      return new Answer(1);
    }
  }

  @StatefulFunction("test/any")
  static class OfAnything {
    @QueryHandler
    Answer on(TypedValue query) {
      return new Answer(1);
    }
  }

  @Test
  void aQueryHasATypeOfItsOwn() {
    assertThat(mistakeOf(new OfAsyncResult()).description()).contains("but takes");
    assertThat(mistakeOf(new OfAnything()).description()).contains("but takes");
  }

  @StatefulFunction("test/hierarchy")
  static class OneOfAHierarchy {
    @QueryHandler
    Answer on(Read query) {
      return new Answer(1);
    }

    @MessageHandler
    void on(Write message) {}
  }

  @Test
  void aHierarchyIsEitherOfQueriesOrOfMessages() {
    InvalidFunctionException mistake = mistakeOf(new OneOfAHierarchy());

    assertThat(mistake.description())
        .contains("OneOfAHierarchy.on(Read)", "OneOfAHierarchy.on(Write)");
    assertThat(mistake.action()).contains("a type of its own");
  }
}

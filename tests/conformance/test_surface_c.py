"""The C and C++ surfaces are what the contract says: nothing missing, nothing extra."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import reflect_c
import reflect_cpp
from surface import SURFACE


def test_c_has_every_operation_and_none_extra():
    assert reflect_c.functions() == reflect_c.expected(SURFACE) | reflect_c.HELPERS


def test_c_helpers_are_not_operations():
    assert not reflect_c.expected(SURFACE) & reflect_c.HELPERS


def test_c_takes_what_may_be_left_out():
    kinds = reflect_c.constants("APPMINT_LOOKUP_")
    assert list(kinds) == reflect_c.arguments(SURFACE, "find_installation")
    assert list(kinds.values()) == list(range(len(kinds)))
    wanted = set(kinds) | set(reflect_c.SCOPE)
    assert wanted == set(reflect_c.arguments(SURFACE, "installation"))
    assert {"lookup", "text", "scope"} <= set(reflect_c.parameters("app_installation_by"))
    assert {"lookup", "text"} <= set(reflect_c.parameters("app_find_installation"))
    assert list(reflect_c.UPDATE) == reflect_c.arguments(SURFACE, "update_webhook_config")
    assert list(reflect_c.LOGIN) == reflect_c.arguments(SURFACE, "start_login")
    wanted = [arg for arg in reflect_c.arguments(SURFACE, "scope_token") if arg not in reflect_c.SCOPE]
    assert set(wanted) | {"scope"} <= set(reflect_c.parameters("app_scope_token"))
    for operation in (
        "app_install_url", "app_exchange_code", "app_start_device_login", "app_app_tokens",
        "app_revoke_token", "app_introspect_token", "app_exchange_token", "app_start_session",
    ):  # fmt: skip
        wanted = reflect_c.arguments(SURFACE, operation.removeprefix("app_"))
        assert set(wanted) <= set(reflect_c.parameters(operation))
    for operation in ("source_token", "source_authorization_header"):
        assert {"min_valid_ms", "timeout_ms"} <= set(reflect_c.parameters(operation))
    assert "timeout_ms" in reflect_c.parameters("login_wait")
    assert {"config", "issuer"} <= set(reflect_c.parameters("discover"))


def test_c_has_every_kind_of_event_and_of_token():
    kinds = SURFACE["event"]["kinds"]
    assert reflect_c.constants("APPMINT_EVENT_") == {kind: i for i, kind in enumerate(kinds, 1)}
    kinds = SURFACE["object"]["Token"]["kind"]["values"]
    assert reflect_c.constants("APPMINT_TOKEN_") == {kind: i for i, kind in enumerate(kinds, 1)}


def test_the_setters_of_c_return_nothing_and_take_no_error():
    setters = [name for name in reflect_c.functions() if reflect_c.is_setter(name)]
    assert len(setters) > 40
    for name in setters:
        assert reflect_c.result(name) == "void", name
        assert "error" not in reflect_c.parameters(name), name


def test_a_call_without_waiting_takes_what_the_one_that_waits_takes():
    for name in reflect_c.outgoing(SURFACE) | {"app_new"}:
        waiting = reflect_c.parameters(name)
        result = waiting[:-2] if reflect_c.has_result(name) else waiting[:-1]
        assert reflect_c.parameters(f"{name}_async") == [*result, "queue", "done", "userdata", "call", "error"], name


def test_a_store_has_every_function():
    wanted = list(SURFACE["interface"]["Store"])
    assert reflect_c.members("store_callbacks") == wanted
    assert reflect_cpp.methods("Store") == set(wanted)


def test_c_has_a_type_per_list():
    assert set(reflect_c.LISTINGS) == reflect_c.listed(SURFACE)


def test_c_has_every_error_kind():
    kinds = reflect_c.constants("APPMINT_ERROR_")
    assert set(kinds) == set(SURFACE["error"]["kinds"])
    assert sorted(kinds.values()) == list(range(1, len(kinds) + 1))


def test_c_has_every_reason():
    reasons = reflect_c.constants("APPMINT_REASON_")
    assert reasons.pop("none") == 0
    assert set(reasons) == set(SURFACE["error"]["reasons"])
    assert sorted(reasons.values()) == list(range(1, len(reasons) + 1))


def test_cpp_has_every_operation_and_none_extra():
    for name, members in SURFACE["object"].items():
        wanted = {name for name, facts in members.items() if "cpp" not in facts.get("except", {})}
        assert reflect_cpp.methods(name) == wanted | reflect_cpp.HELPERS[name], name


def test_cpp_makes_every_call_without_waiting():
    for name in ("App", "TokenSource"):
        wanted = {member for member, facts in SURFACE["object"][name].items() if facts.get("out")}
        assert reflect_cpp.methods(f"Async{name}") == wanted


def test_cpp_takes_what_may_be_left_out():
    assert reflect_cpp.methods("Lookup") == set(reflect_c.arguments(SURFACE, "find_installation"))
    wanted = reflect_cpp.methods("Lookup") | set(reflect_cpp.SCOPE)
    assert wanted == set(reflect_c.arguments(SURFACE, "installation"))
    assert reflect_cpp.methods("Scope") == {*reflect_cpp.SCOPE.values(), "c_handle"}
    assert reflect_cpp.fields("WebhookUpdate") == reflect_c.arguments(SURFACE, "update_webhook_config")
    assert reflect_cpp.fields("LoginRequest") == reflect_c.arguments(SURFACE, "start_login")
    assert reflect_cpp.fields("TokenExchange") == reflect_c.arguments(SURFACE, "exchange_token")
    assert reflect_cpp.fields("AppTokenRequest") == reflect_c.arguments(SURFACE, "app_tokens")
    assert reflect_cpp.methods("Target") == {"account", "id"}
    assert reflect_cpp.first_arguments("find_installation") == {"const Lookup &"}
    assert reflect_cpp.first_arguments("installation") == {"const Lookup &", "std::string_view "}


def test_cpp_lists_what_there_are_lists_of():
    assert reflect_cpp.listed() == reflect_c.listed(SURFACE)


def test_cpp_has_every_setting_and_none_extra():
    assert reflect_cpp.methods("Builder") == set(SURFACE["config"]) | reflect_cpp.HELPERS["Builder"]


def test_cpp_has_every_field_of_an_error():
    assert reflect_cpp.methods("Error") == set(SURFACE["error"]["fields"]) | reflect_cpp.HELPERS["Error"]


def test_cpp_has_the_functions_of_the_module():
    assert reflect_cpp.free_functions() == set(SURFACE["module"]) | reflect_cpp.FREE


def test_cpp_has_the_kinds_and_reasons_of_c():
    for name, prefix, words in (
        ("ErrorKind", "ERROR", SURFACE["error"]["kinds"]),
        ("Reason", "REASON", SURFACE["error"]["reasons"]),
        ("TokenKind", "TOKEN", SURFACE["object"]["Token"]["kind"]["values"]),
        ("EventKind", "EVENT", SURFACE["event"]["kinds"]),
    ):
        assert reflect_cpp.enumerators(name) == {word: f"APPMINT_{prefix}_{word.upper()}" for word in words}


def test_cpp_setters_can_be_chained_by_value():
    for name in (*SURFACE["config"], "private_key_file"):
        assert reflect_cpp.chains("Builder", name), name
    for name in reflect_cpp.SCOPE.values():
        assert reflect_cpp.chains("Scope", name), name


def test_cpp_results_must_not_be_ignored():
    for name in SURFACE["object"]:
        assert reflect_cpp.ignorable(name) <= reflect_cpp.MAY_BE_IGNORED, name


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("ok", name)

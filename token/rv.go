package token

import "fmt"

// rv is a CK_RV other than CKR_OK.
type rv uint

// Return values that are told apart (PKCS#11 2.40, 5.1).
const (
	rvCancel                  rv = 0x001
	rvHostMemory              rv = 0x002
	rvSlotInvalid             rv = 0x003
	rvGeneral                 rv = 0x005
	rvFunctionFailed          rv = 0x006
	rvArgumentsBad            rv = 0x007
	rvNeedThreads             rv = 0x009
	rvCantLock                rv = 0x00A
	rvAttributeSensitive      rv = 0x011
	rvAttributeTypeInvalid    rv = 0x012
	rvDataLength              rv = 0x021
	rvDeviceError             rv = 0x030
	rvDeviceMemory            rv = 0x031
	rvDeviceRemoved           rv = 0x032
	rvFunctionCanceled        rv = 0x050
	rvFunctionNotSupported    rv = 0x054
	rvKeyHandleInvalid        rv = 0x060
	rvKeySize                 rv = 0x062
	rvKeyType                 rv = 0x063
	rvKeyFunctionNotPermitted rv = 0x068
	rvMechanismInvalid        rv = 0x070
	rvMechanismParam          rv = 0x071
	rvObjectHandleInvalid     rv = 0x082
	rvOperationActive         rv = 0x090
	rvOperationNotInitialized rv = 0x091
	rvPINIncorrect            rv = 0x0A0
	rvPINInvalid              rv = 0x0A1
	rvPINLength               rv = 0x0A2
	rvPINExpired              rv = 0x0A3
	rvPINLocked               rv = 0x0A4
	rvSessionClosed           rv = 0x0B0
	rvSessionCount            rv = 0x0B1
	rvSessionHandleInvalid    rv = 0x0B3
	rvSessionReadOnly         rv = 0x0B5
	rvSessionReadOnlyExists   rv = 0x0B7
	rvTokenNotPresent         rv = 0x0E0
	rvTokenNotRecognized      rv = 0x0E1
	rvTokenWriteProtected     rv = 0x0E2
	rvUserAlreadyLoggedIn     rv = 0x100
	rvUserNotLoggedIn         rv = 0x101
	rvUserPINNotInitialized   rv = 0x102
	rvUserAnotherLoggedIn     rv = 0x104
	rvBufferTooSmall          rv = 0x150
	rvNotInitialized          rv = 0x190
	rvAlreadyInitialized      rv = 0x191
)

var rvNames = map[rv]string{
	rvCancel: "CKR_CANCEL", rvHostMemory: "CKR_HOST_MEMORY", rvSlotInvalid: "CKR_SLOT_ID_INVALID", rvGeneral: "CKR_GENERAL_ERROR",
	rvFunctionFailed: "CKR_FUNCTION_FAILED", rvArgumentsBad: "CKR_ARGUMENTS_BAD", rvNeedThreads: "CKR_NEED_TO_CREATE_THREADS",
	rvCantLock: "CKR_CANT_LOCK", rvAttributeSensitive: "CKR_ATTRIBUTE_SENSITIVE", rvAttributeTypeInvalid: "CKR_ATTRIBUTE_TYPE_INVALID",
	rvDataLength: "CKR_DATA_LEN_RANGE", rvDeviceError: "CKR_DEVICE_ERROR", rvDeviceMemory: "CKR_DEVICE_MEMORY",
	rvDeviceRemoved: "CKR_DEVICE_REMOVED", rvFunctionCanceled: "CKR_FUNCTION_CANCELED", rvFunctionNotSupported: "CKR_FUNCTION_NOT_SUPPORTED",
	rvKeyHandleInvalid: "CKR_KEY_HANDLE_INVALID", rvKeySize: "CKR_KEY_SIZE_RANGE", rvKeyType: "CKR_KEY_TYPE_INCONSISTENT",
	rvKeyFunctionNotPermitted: "CKR_KEY_FUNCTION_NOT_PERMITTED", rvMechanismInvalid: "CKR_MECHANISM_INVALID",
	rvMechanismParam: "CKR_MECHANISM_PARAM_INVALID", rvObjectHandleInvalid: "CKR_OBJECT_HANDLE_INVALID",
	rvOperationActive: "CKR_OPERATION_ACTIVE", rvOperationNotInitialized: "CKR_OPERATION_NOT_INITIALIZED",
	rvPINIncorrect: "CKR_PIN_INCORRECT", rvPINInvalid: "CKR_PIN_INVALID", rvPINLength: "CKR_PIN_LEN_RANGE", rvPINExpired: "CKR_PIN_EXPIRED",
	rvPINLocked: "CKR_PIN_LOCKED", rvSessionClosed: "CKR_SESSION_CLOSED", rvSessionCount: "CKR_SESSION_COUNT",
	rvSessionHandleInvalid: "CKR_SESSION_HANDLE_INVALID", rvSessionReadOnly: "CKR_SESSION_READ_ONLY",
	rvSessionReadOnlyExists: "CKR_SESSION_READ_ONLY_EXISTS", rvTokenNotPresent: "CKR_TOKEN_NOT_PRESENT",
	rvTokenNotRecognized: "CKR_TOKEN_NOT_RECOGNIZED", rvTokenWriteProtected: "CKR_TOKEN_WRITE_PROTECTED",
	rvUserAlreadyLoggedIn: "CKR_USER_ALREADY_LOGGED_IN", rvUserNotLoggedIn: "CKR_USER_NOT_LOGGED_IN",
	rvUserPINNotInitialized: "CKR_USER_PIN_NOT_INITIALIZED", rvUserAnotherLoggedIn: "CKR_USER_ANOTHER_ALREADY_LOGGED_IN",
	rvBufferTooSmall: "CKR_BUFFER_TOO_SMALL", rvNotInitialized: "CKR_CRYPTOKI_NOT_INITIALIZED",
	rvAlreadyInitialized: "CKR_CRYPTOKI_ALREADY_INITIALIZED",
}

// Error is the name that the standard gives the value, or its number.
func (r rv) Error() string {
	if name, ok := rvNames[r]; ok {
		return name
	}
	return fmt.Sprintf("CKR 0x%X", uint(r))
}
